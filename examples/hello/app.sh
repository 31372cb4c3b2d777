#!/bin/sh
# A service in miniature: logs the way different libraries do, on both streams,
# then dies of an exception as a Python program would.
#
#   go run ./cmd/logwrap -- sh examples/hello/app.sh

echo 'shop starting'
echo '2026-11-22 10:00:00,120 INFO shop.http: listening on 127.0.0.1:8080' >&2
echo '{"level":"info","logger":"shop.orders","msg":"order accepted","order":1001,"items":3}'
echo 'time=2026-11-22T10:00:01.204Z level=warn logger=shop.stock msg="stock is low" sku=A-17 left=2' >&2
echo '{"level":"error","logger":"shop.payments","msg":"card declined","order":1002,"attempt":1}'
echo '2026-11-22 10:00:02,750 CRITICAL shop.db: connection pool is exhausted' >&2

cat >&2 <<'TRACEBACK'
Traceback (most recent call last):
  File "/srv/shop/stock.py", line 31, in reserve
    left = levels[sku]
           ~~~~~~^^^^^
KeyError: 'B-42'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 58, in <module>
    main()
  File "/srv/shop/main.py", line 54, in main
    checkout(order)
  File "/srv/shop/orders.py", line 22, in checkout
    stock.reserve(item.sku)
  File "/srv/shop/stock.py", line 33, in reserve
    raise OutOfStock(f"no stock record for {sku}") from err
shop.stock.OutOfStock: no stock record for B-42
TRACEBACK
exit 3
