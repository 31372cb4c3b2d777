package com.example.shop;

import java.io.IOException;

public class Main {
    static class OrderException extends RuntimeException {
        OrderException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    static class Connection implements AutoCloseable {
        void send(String text) throws IOException {
            throw new IOException("broken pipe");
        }

        @Override
        public void close() {
            throw new IllegalStateException("not open");
        }
    }

    public static void main(String[] args) {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        place("1001");
    }

    static void place(String id) {
        try (Connection connection = new Connection()) {
            connection.send(id);
        } catch (IOException e) {
            try {
                throw new IllegalArgumentException(e);
            } catch (IllegalArgumentException wrapped) {
                throw new OrderException("order " + id + " not placed", wrapped);
            }
        }
    }
}
