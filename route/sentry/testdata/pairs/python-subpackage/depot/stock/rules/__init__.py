from . import errors

SIZES = {"small": 1, "large": 4}
