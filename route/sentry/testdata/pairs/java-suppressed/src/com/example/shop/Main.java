package com.example.shop;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public class Main {
    enum Kind {
        FRUIT {
            @Override
            int tax(int price) {
                return price / (price - 30);
            }
        };

        abstract int tax(int price);
    }

    class Drawer implements AutoCloseable {
        private final String name;

        Drawer(String name) {
            this.name = name;
        }

        class Lock {
            void turn() throws java.io.IOException {
                throw new java.io.IOException(name + " is stuck", new IllegalStateException());
            }
        }

        @Override
        public void close() throws java.io.IOException {
            new Lock().turn();
        }
    }

    public static void main(String[] args) throws Exception {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        Supplier<Callable<Integer>> job = () -> new Callable<>() {
            @Override
            public Integer call() throws Exception {
                Main shop = new Main();
                try (Drawer one = shop.new Drawer("left"); Drawer two = shop.new Drawer("right")) {
                    return sum(List.of(10, 30));
                }
            }
        };
        System.out.println(job.get().call());
    }

    static int sum(List<Integer> prices) {
        return prices.stream().sorted(Comparator.comparing(p -> -p)).map(Kind.FRUIT::tax).collect(Collectors.summingInt(Integer::intValue));
    }
}
