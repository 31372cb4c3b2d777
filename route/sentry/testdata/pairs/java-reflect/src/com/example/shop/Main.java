package com.example.shop;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

public class Main {
    interface Stock {
        default int take(String sku, int... counts) {
            return left(sku) - counts[1];
        }

        int left(String sku);
    }

    record Shelf(List<String> skus) implements Stock {
        public int left(String sku) {
            return skus.indexOf(sku);
        }
    }

    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        Shelf shelf = new Shelf(List.of("fig"));
        InvocationHandler log = (proxy, method, values) -> {
            System.out.println(method.getName());
            try {
                return method.invoke(shelf, values);
            } catch (InvocationTargetException e) {
                throw new Exception("call of " + method.getName() + "\n  failed", e);
            }
        };
        Stock stock = (Stock) Proxy.newProxyInstance(Main.class.getClassLoader(), new Class<?>[] {Stock.class}, log);
        times(1, () -> stock.take("fig", 1));
    }

    private static void times(int n, Job job) throws Exception {
        for (int i = 0; i < n; i++) {
            job.run();
        }
    }
}
