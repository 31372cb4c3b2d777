package com.example.shop;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

public class Main {
    private final Map<String, Integer> prices = Map.of("fig", 3);

    class Till {
        int price(String item) {
            return prices.get(item);
        }
    }

    public static void main(String[] args) {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        System.out.println("till is open");
        new Main().sell(List.of("fig", "pear"));
    }

    void sell(List<String> items) {
        Till till = new Till();
        System.out.println(items.stream().map(i -> till.price(i)).collect(Collectors.toList()));
    }
}
