package com.example.shop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class Main {
    private static final Logger log = LoggerFactory.getLogger("shop.mail");

    public static void main(String[] args) {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        ExecutorService pool = Executors.newSingleThreadExecutor(r -> new Thread(r, "mailer"));
        try {
            CompletableFuture.supplyAsync(() -> render(null), pool).thenApply(String::length).join();
        } catch (RuntimeException e) {
            log.error("mail not sent: {}", e.getMessage(), e);
        }
        pool.execute(() -> { throw new UnsupportedOperationException(); });
        pool.shutdown();
        io.sentry.Sentry.flush(2000);
    }

    static String render(String user) {
        return "Dear " + user.trim();
    }
}
