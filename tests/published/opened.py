"""What earlier versions wrote, unpacked to be read."""

import tarfile
from pathlib import Path

HERE = Path(__file__).parent
DECLARATIONS = HERE / "declarations-1"


def unpacked(name: str, folder: Path) -> Path:
    """The home in an archive, unpacked into a folder."""
    with tarfile.open(HERE / f"{name}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder
