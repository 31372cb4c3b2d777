package com.example.shop;

import java.util.Optional;
import java.util.function.Supplier;

public class Main {
    enum Unit { KILO, PIECE }

    static class Prices {
        static final int VAT = parse(new Supplier<String>() {
            @Override
            public String get() {
                return Optional.of("19 %").map(Main::trimmed).get();
            }
        });

        static int parse(Supplier<String> text) {
            return Integer.parseInt(text.get());
        }
    }

    static String trimmed(String text) {
        return text.strip();
    }

    public static void main(String[] args) throws Exception {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        try {
            Unit.valueOf("BOX");
        } catch (IllegalArgumentException e) {
            Throwable all = new Exception("no start", initialise());
            all.addSuppressed(new RuntimeException("first", e));
            all.addSuppressed(new RuntimeException());
            throw (Exception) all;
        }
    }

    static Throwable initialise() {
        try {
            return new Exception(String.valueOf(Prices.VAT));
        } catch (ExceptionInInitializerError e) {
            return e;
        }
    }
}
