# Writes one line of each kind and its own pid, and ends well.
echo "pid $$"
echo '2026-11-22 10:00:00,120 INFO shop.http: listening'
echo '2026-11-22 10:00:00,121 WARNING shop.stock: stock is low' >&2
echo '{"level":"error","logger":"shop.payments","msg":"card \"declined\" ]ünï","order":1002}'
echo '2026-11-22 10:00:00,122 CRITICAL shop.db: pool is exhausted' >&2
cat >&2 <<'TRACE'
2026-11-22 10:00:00,123 ERROR shop.orders: order 1003 failed
Traceback (most recent call last):
  File "/srv/shop/orders.py", line 22, in checkout
    stock.reserve(item.sku)
  File "/srv/shop/stock.py", line 31, in reserve
    left = levels[sku]
           ~~~~~~^^^^^
KeyError: 'B-42'
TRACE
