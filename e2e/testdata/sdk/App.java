import io.sentry.Sentry;

/** An app that has Sentry's SDK, and ends as it is told. */
public class App {
    public static void main(String[] args) throws Exception {
        Sentry.init(options -> {
            options.setEnableExternalConfiguration(true);
            options.setPrintUncaughtStackTrace(true); // by default nothing is printed, and the end looks like a silent exit
            if (System.getenv("SENTRY_DSN") == null) options.setDsn("");
        });
        Thread.sleep(300);
        if (args[0].equals("kill")) new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();
        throw new IllegalStateException("no such thing");
    }
}
