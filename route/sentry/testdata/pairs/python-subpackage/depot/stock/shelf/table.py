class Table:
    def __init__(self, names):
        self.names = names

    @classmethod
    def of(cls, names):
        return cls([name.strip("-") for name in names])

    def count(self, sizes):
        return sum(
            sizes[name]
            for name in self.names
        )
