/** Dies of an exception with a cause, three calls deep. */
public class Crash {
    static class OutOfStock extends RuntimeException {
        OutOfStock(String message, Throwable cause) {
            super(message, cause);
        }
    }

    public static void main(String[] args) {
        System.out.println("checking out order 1001");
        checkout("A-17", "B-42");
    }

    static void checkout(String... items) {
        for (String sku : items) {
            reserve(sku);
        }
    }

    static void reserve(String sku) {
        try {
            level(sku);
        } catch (IllegalArgumentException e) {
            throw new OutOfStock("no stock record for " + sku, e);
        }
    }

    static int level(String sku) {
        if (!sku.equals("A-17")) {
            throw new IllegalArgumentException("unknown sku " + sku);
        }
        return 3;
    }
}
