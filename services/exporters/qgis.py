"""QGIS: a project for each theme, and for each collection a layer and a style, over the API of the release.

They lie in one file of a release, and are served with the address of the service in the place of `SERVICE`.
A layer asks only for what is in view (`restrictToRequestBBOX`), one lens and period at first; its classes
and colours are those of the one legend, columns are called by their titles, and the form shows the explanation first.
Text of data or declarations is shown as text: no map tips, which are HTML.
https://docs.qgis.org/3.34/en/docs/user_manual/appendices/qgis_file_formats.html
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from boundaries.rd import RD_NEW
from layers.declarations.lenses import BASIS
from layers.messages import say
from layers.publication.collection import Collection, names
from layers.publication.fields import LENS, PERIOD
from services.exporters.qgis_style import VERSION, Tree, add, document, style, text_of, written
from services.files import whole_file
from services.ports import QGIS, SERVICE

BACKGROUND = "https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/{z}/{x}/{y}.png"
DEGREES = 4326
"""What a layer is asked in and said to be in. QGIS 3.22 asks for nothing else, whatever is written, and takes the
system of a layer from the project: RD New would put each feature elsewhere. The project shows it in RD New.
"""


def write(collections: Sequence[Collection], folder: Path) -> None:
    """Write the projects, layers and styles of a release to one file in its folder."""
    with whole_file(folder / QGIS) as unfinished, ZipFile(unfinished, "w", ZIP_DEFLATED) as archive:
        for name, text in _documents(collections):
            archive.writestr(ZipInfo(name), text, ZIP_DEFLATED)  # without a moment: the same bytes each time


def _documents(collections: Sequence[Collection]) -> Iterator[tuple[str, str]]:
    for one in collections:
        yield f"{one.address}.qml", document(one)
        yield f"{one.address}.qlr", written(_definition(one), "qgis-layer-definition")
    for searched in collections:
        if searched.id.startswith("zoekgebieden_"):
            theme = searched.id.removeprefix("zoekgebieden_")
            layers = [searched, *(one for one in collections if _belongs(one, theme))]
            yield f"{theme.replace('_', '-')}.qgs", written(_project(searched, layers), "qgis")


def _belongs(one: Collection, theme: str) -> bool:
    """Whether a collection is shown beside the zoekgebieden of a theme: its figures, and how themes are stacked."""
    return bool(re.fullmatch(f"indicatoren_{re.escape(theme)}_[^_]+", one.id)) or one.id.startswith("stapeling_")


def _project(searched: Collection, layers: Sequence[Collection]) -> Tree:
    project = ET.Element("qgis", projectname=text_of(searched.title), version=VERSION)
    add(project, "title", searched.title)
    project.append(_system("projectCrs", searched.epsg))
    group = ET.SubElement(project, "layer-tree-group")
    for one in layers:
        _in_tree(group, one.id, one.title, _source(one), "OAPIF", shown=one.id != layers[-1].id or len(layers) == 1)
    backgrounds = [_background_layer()] if searched.epsg == RD_NEW else []  # PDOK has no map of another country
    if backgrounds:
        _in_tree(group, "achtergrond", "PDOK", _background(), "wms", shown=True)
    canvas = ET.SubElement(project, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    add(canvas, "units", "meters")
    extent = ET.SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), _bounds(searched), strict=True):
        add(extent, name, str(value))
    canvas.append(_system("destinationsrs", searched.epsg))
    systems = ET.SubElement(ET.SubElement(project, "properties"), "SpatialRefSys")
    ET.SubElement(systems, "ProjectionsEnabled", type="int").text = "1"
    held = ET.SubElement(project, "projectlayers")
    held.extend([*map(_layer, layers), *backgrounds])
    return project


def _bounds(one: Collection) -> list[float]:
    return [float(side) for side in (one.table.total_bounds if len(one.table) else (0, 300_000, 300_000, 620_000))]


def _definition(one: Collection) -> Tree:
    definition = ET.Element("qlr")
    group = ET.SubElement(definition, "layer-tree-group", checked="Qt::Checked", expanded="1")
    _in_tree(group, one.id, one.title, _source(one), "OAPIF", shown=True)
    ET.SubElement(definition, "maplayers").append(_layer(one))
    return definition


def _in_tree(group: Tree, id_: str, title: str, source: str, provider: str, *, shown: bool) -> None:
    about = {"id": id_, "name": text_of(title), "source": source, "providerKey": provider, "expanded": "1"}
    ET.SubElement(group, "layer-tree-layer", about, checked="Qt::Checked" if shown else "Qt::Unchecked")


def _layer(one: Collection) -> Tree:
    layer = ET.Element(
        "maplayer", type="vector", geometry="Polygon", wkbType="MultiPolygon", refreshOnNotifyEnabled="0"
    )
    source = say("Source: {attribution} ({license}).", attribution=one.attribution, license=one.license)
    add(layer, "id", one.id)
    add(layer, "datasource", _source(one))
    add(layer, "layername", one.title)
    add(layer, "title", one.title)
    add(layer, "abstract", f"{one.description} {one.caveat} {source}")
    add(layer, "attribution", one.attribution)
    layer.append(_system("srs", DEGREES))
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "OAPIF"
    layer.extend(style(one))
    return layer


def _source(one: Collection) -> str:
    """Where the features are, as QGIS writes it: keys with quoted values."""
    about = {"restrictToRequestBBOX": "1", "srsname": "OGC:CRS84", "typename": one.address, "url": SERVICE}
    if first := " AND ".join(_first(one)):
        about["filter"] = first
    about["version"] = "OGC API Features"
    return " ".join(f"{name}='{value.replace(chr(39), chr(92) + chr(39))}'" for name, value in about.items())


def _first(one: Collection) -> Iterator[str]:
    """What is shown at first, where layers of several lenses or periods would lie over one another."""
    there = names(one.fields)
    if LENS.name in there and BASIS in set(one.table[LENS.name]):
        yield f"\"{LENS.name}\" = '{BASIS}'"
    if one.time_field == PERIOD.name and len(one.table):
        yield f'"{PERIOD.name}" = {int(one.table[PERIOD.name].max())}'


def _background() -> str:
    escaped = BACKGROUND.replace("{", "%7B").replace("}", "%7D")
    return f"crs=EPSG:3857&type=xyz&url={escaped}&zmax=19&zmin=6"


def _background_layer() -> Tree:
    layer = ET.Element("maplayer", type="raster")
    about = {
        "id": "achtergrond",
        "datasource": _background(),
        "layername": "PDOK",
        "attribution": "Kadaster, CC BY 4.0",
    }
    for name, text in about.items():
        add(layer, name, text)
    layer.append(_system("srs", 3857))
    add(layer, "provider", "wms")
    return layer


def _system(name: str, code: int) -> Tree:
    """A coordinate reference system, by its code; QGIS reads that only where its own number, whichever, stands too."""
    system = ET.Element(name)
    known = ET.SubElement(system, "spatialrefsys")
    add(known, "srsid", "1")
    add(known, "authid", f"EPSG:{code}")
    return system
