package com.example.shop;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

public class Main implements Runnable {
    public static void main(String[] args) throws InterruptedException {
        if (System.getenv("SENTRY_DSN") != null) {
            io.sentry.Sentry.init(o -> { o.setDsn(System.getenv("SENTRY_DSN")); o.setRelease("shop@1.4.2"); o.setEnvironment("prod"); });
        }
        Thread worker = new Thread(new Main(), "worker-1");
        worker.start();
        worker.join();
        System.out.println("done");
    }

    @Override
    public void run() {
        FutureTask<Integer> task = new FutureTask<>(() -> Integer.valueOf("n/a"));
        task.run();
        try {
            task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("task failed", e);
        }
    }
}
