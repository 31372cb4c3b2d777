class Unfit(Exception):
    def __init__(self, name, *, sizes):
        super().__init__(name, sizes)
        self.name = name

    def __str__(self):
        return f"{self.name!r} is none of {self.args[1]} sizes"
