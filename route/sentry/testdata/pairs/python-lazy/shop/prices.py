from functools import lru_cache
from urllib.parse import urlsplit

LIST = {"fig": "http://shop/fig?price=3", "pear": "http://[shop/pear"}


@lru_cache(maxsize=None)
def of(item):
    query = [part.split("=") for part in urlsplit(LIST[item]).query.split("&")]
    return int(dict(query)["price"])
