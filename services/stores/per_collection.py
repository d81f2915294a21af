"""A store of a file a collection: all of them, or none."""

from collections.abc import Callable, Sequence
from pathlib import Path

from geo.errors import StoreError
from layers.publication.collection import Collection
from services.files import disk_errors


def write_each(
    collections: Sequence[Collection], folder: Path, ending: str, write: Callable[[Collection, Path], object]
) -> None:
    """Let `write` make `<collection><ending>` for each collection in `folder`.

    Raises StoreError, and leaves none, where one cannot be written or is there already.
    """
    paths = {folder / f"{collection.id}{ending}": collection for collection in collections}
    for path in paths:
        if path.exists():
            raise StoreError(
                "store {path}: already exists; a release is written once, to a folder of its own", path=path
            )
    with disk_errors(folder):
        folder.stat()
    try:
        for path, collection in paths.items():
            with disk_errors(path):
                write(collection, path)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
