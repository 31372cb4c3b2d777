package com.example.shop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);

    public static void main(String[] args) {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        log.info("importing {} rows", 2);
        for (String row : new String[] {"12", "x7"}) {
            try {
                new Row(row).store();
            } catch (RuntimeException e) {
                log.error("row {} can't be stored", row, e);
            }
        }
        log.error("{} of {} rows failed", 1, 2);
        io.sentry.Sentry.flush(2000);
    }

    record Row(String text) {
        void store() {
            log.warn("storing {}", Integer.parseInt(text));
        }
    }
}
