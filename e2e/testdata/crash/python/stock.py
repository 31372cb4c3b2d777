LEVELS = {"A-17": 3}


class OutOfStock(Exception):
    pass


def reserve(sku):
    try:
        LEVELS[sku] -= 1
    except KeyError as err:
        raise OutOfStock(f"no stock record for {sku}") from err
