from depot.stock.shelf.table import Table

__all__ = ["Table"]
