package com.example.shop;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class Main {
    private static final Logger log = LoggerFactory.getLogger("com.example.shop.Import");

    sealed interface Cell permits Number, Text {}

    record Number(int value) implements Cell {}

    record Text(String value) implements Cell {
        Text {
            if (value.isBlank()) {
                throw new IllegalArgumentException("blank cell:\n\t'" + value + "'");
            }
        }
    }

    public static void main(String[] args) {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        Map<String, Cell> cells = new java.util.TreeMap<>();
        for (String text : new String[] {"a1=7", "a2= "}) {
            try {
                cells.computeIfAbsent(text.substring(0, 2), key -> cell(text.substring(3)));
            } catch (RuntimeException e) {
                log.error("Row could not be read:\n  {} in sheet {}", text, 2, e);
            }
        }
        log.error("Import ended\nwith {} cells", cells.size());
        io.sentry.Sentry.flush(2000);
    }

    static Cell cell(String text) {
        try {
            return new Number(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            IllegalStateException wrapped = new IllegalStateException("not a number", e);
            try {
                return new Text(text);
            } catch (IllegalArgumentException blank) {
                blank.initCause(wrapped);
                throw blank;
            }
        }
    }
}
