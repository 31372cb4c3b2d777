from functools import wraps


class Router:
    """Finds the handler of a path."""

    class Table(dict):
        def find(self, path):
            return self[path]

    def __init__(self):
        self.table = self.Table()

    def route(self, path):
        def register(handler):
            @wraps(handler)
            def checked(request):
                if not request:
                    raise ValueError("empty request")
                return handler(request)

            self.table[path] = checked
            return checked

        return register

    @classmethod
    def _order(cls, requests):
        return list(requests)

    def serve(self, requests):
        for answer in map(self._one, self._order(requests)):
            print(answer)

    def _one(self, request): return self.table.find(request["path"])(request)
