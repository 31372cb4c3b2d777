import shutil
from pathlib import Path


def remove(name):
    path = Path(name)
    shutil.move(
        str(path),
        str(path.with_suffix(".old")),
    )
