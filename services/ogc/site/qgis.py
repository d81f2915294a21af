"""Projects, layers and styles of QGIS: those of the release, with the address at which it is served."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from layers.messages import say
from services.ports import QGIS, SERVICE

KINDS = {
    "qgz": "application/x-qgis-project",
    "qlr": "application/x-qgis-layer-definition",
    "qml": "application/x-qgis-layer-settings",
}
"""The media type of each kind of file."""

NAME = rf"[a-z0-9-]+\.(?:{'|'.join(KINDS)})"


def content(folder: Path, url: str, name: str) -> bytes | None:
    """A file by its name, for the API at `url`; a project is an archive of one. None where the release has none."""
    stem, _, kind = name.rpartition(".")
    held = f"{stem}.qgs" if kind == "qgz" else name
    if held not in _names(folder):
        return None
    with ZipFile(folder / QGIS) as archive:
        text = archive.read(held).decode().replace(SERVICE, escape(url, {'"': "&quot;", "'": "%27"})).encode()
    if kind != "qgz":
        return text
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZipInfo(held), text, ZIP_DEFLATED)  # without a moment: the same release gives the same bytes
    return packed.getvalue()


def of_collection(folder: Path, site: str, collection: str) -> Iterator[dict[str, str]]:
    """Links to the layer and the style of a collection, where the release has them."""
    names = _names(folder)
    for kind, title in (("qlr", say("Layer for QGIS")), ("qml", say("Style for QGIS"))):
        if f"{collection}.{kind}" in names:
            yield _link(site, f"{collection}.{kind}", title)


def has_style(folder: Path, collection: str) -> bool:
    """Whether the release has a style of a collection."""
    return f"{collection}.qml" in _names(folder)


def of_release(folder: Path, site: str) -> list[dict[str, str]]:
    """Links to the projects of a release."""
    themes = sorted(name.removesuffix(".qgs") for name in _names(folder) if name.endswith(".qgs"))
    return [_link(site, f"{theme}.qgz", say("Project for QGIS: {theme}", theme=theme)) for theme in themes]


def _names(folder: Path) -> list[str]:
    """What the release has for QGIS; nothing in one of before there was any."""
    if not (folder / QGIS).is_file():
        return []
    with ZipFile(folder / QGIS) as archive:
        return archive.namelist()


def _link(site: str, name: str, title: str) -> dict[str, str]:
    kind = KINDS[name.rpartition(".")[2]]
    return {"rel": "related", "type": kind, "title": title, "href": f"{site}/qgis/{name}"}
