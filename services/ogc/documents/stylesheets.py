"""How a collection is drawn, as stylesheets of others: a Mapbox style for maps in browsers, SLD 1.0 for GeoServer, GDAL
and the like. QGIS has its own (services.exporters.qgis_style).

https://docs.mapbox.com/style-spec/, https://portal.ogc.org/files/?artifact_id=1188
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from layers.publication.appearance import OPACITY, Appearance, bounds
from layers.publication.legend import Legend
from services.ogc.site import qgis

type Tree = dict[str, Any]

MAPBOX, SLD, QML = "application/vnd.mapbox.style+json", "application/vnd.ogc.sld+xml;version=1.0", qgis.KINDS["qml"]
OFFERED: Mapping[str, str] = {
    MAPBOX: "mapbox", "application/json": "mapbox", SLD: "sld", "application/vnd.ogc.sld+xml": "sld", QML: "qml",
}  # fmt: skip
"""What a style is offered in."""

PIXEL = 0.28
"""Millimetres of a screen, by which OGC counts."""

NAMESPACE, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"


def mapbox(title: str, look: Appearance, sources: Sequence[Tree], layer: str | None) -> Tree:
    """A style; `sources` together have all features, and `layer` is that of their tiles, None where they have none."""
    named = {f"zicht{number or ''}": source for number, source in enumerate(sources)}
    layers = [one for name in named for one in _layers(name, look, layer)]
    return {"version": 8, "name": title, "sources": named, "layers": sorted(layers, key=lambda one: one["type"])}


def _layers(source: str, look: Appearance, layer: str | None) -> Iterator[Tree]:
    """Of one source: its classes, and its outlines."""
    of_source = {"source": source, **({"source-layer": layer} if layer else {})}
    suffix = source.removeprefix("zicht")
    if look.legend is not None:
        paint = {"fill-color": _stepped(look.column, look.legend), "fill-opacity": OPACITY}
        yield {"id": f"classes{suffix}", "type": "fill", **of_source, "paint": paint}
    line = {"line-color": look.line, "line-width": _pixels(look.width)}
    yield {"id": f"outline{suffix}", "type": "line", **of_source, "paint": line}


def _stepped(column: str, legend: Legend) -> list[Any] | str:
    """The colour of a feature as an expression: by the class of its value, and what is no number as not known."""
    value = ["get", column]
    classes: list[Any] = ["step", value, legend.colours[0]]
    for low, colour in zip(legend.breaks, legend.colours[1:], strict=True):
        classes += [low, colour]
    known = classes if legend.breaks else legend.colours[0]
    return ["case", ["==", ["typeof", value], "number"], known, legend.missing_colour]


def sld(name: str, title: str, look: Appearance) -> bytes:
    """A style for the layer of this name, as XML."""
    ET.register_namespace("sld", NAMESPACE)
    ET.register_namespace("ogc", OGC)
    root = ET.Element(_sld("StyledLayerDescriptor"), version="1.0.0")
    layer = ET.SubElement(root, _sld("NamedLayer"))
    ET.SubElement(layer, _sld("Name")).text = name
    style = ET.SubElement(layer, _sld("UserStyle"))
    ET.SubElement(style, _sld("Name")).text = name
    ET.SubElement(style, _sld("Title")).text = title
    rules = ET.SubElement(style, _sld("FeatureTypeStyle"))
    if look.legend is None:
        _outline(ET.SubElement(ET.SubElement(rules, _sld("Rule")), _sld("PolygonSymbolizer")), look)
    else:
        _classes(rules, look, look.legend)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _classes(rules: ET.Element, look: Appearance, legend: Legend) -> None:
    ends = (*bounds(legend), None)
    colours, labels = (*legend.colours, legend.missing_colour), (*legend.labels, legend.missing_label)
    for number, (between, colour, label) in enumerate(zip(ends, colours, labels, strict=True)):
        rule = ET.SubElement(rules, _sld("Rule"))
        ET.SubElement(rule, _sld("Name")).text = f"class{number}"
        ET.SubElement(rule, _sld("Title")).text = label
        if between is None:
            ET.SubElement(rule, _sld("ElseFilter"))
        else:
            _filter(ET.SubElement(rule, f"{{{OGC}}}Filter"), look.column, *between)
        symbol = ET.SubElement(rule, _sld("PolygonSymbolizer"))
        fill = ET.SubElement(symbol, _sld("Fill"))
        _parameter(fill, "fill", colour)
        _parameter(fill, "fill-opacity", str(OPACITY))
        _outline(symbol, look)


def _filter(held: ET.Element, column: str, low: float | None, high: float | None) -> None:
    """What holds in a class; in one without ends, that the value is known."""
    if low is None and high is None:
        held = ET.SubElement(held, f"{{{OGC}}}Not")
        ET.SubElement(ET.SubElement(held, f"{{{OGC}}}PropertyIsNull"), f"{{{OGC}}}PropertyName").text = column
        return
    if low is not None and high is not None:
        held = ET.SubElement(held, f"{{{OGC}}}And")
    for name, end in (("PropertyIsGreaterThanOrEqualTo", low), ("PropertyIsLessThan", high)):
        if end is not None:
            compared = ET.SubElement(held, f"{{{OGC}}}{name}")
            ET.SubElement(compared, f"{{{OGC}}}PropertyName").text = column
            ET.SubElement(compared, f"{{{OGC}}}Literal").text = repr(end)


def _outline(symbol: ET.Element, look: Appearance) -> None:
    stroke = ET.SubElement(symbol, _sld("Stroke"))
    _parameter(stroke, "stroke", look.line)
    _parameter(stroke, "stroke-width", str(_pixels(look.width)))


def _parameter(held: ET.Element, name: str, value: str) -> None:
    ET.SubElement(held, _sld("CssParameter"), name=name).text = value


def _pixels(width: float) -> float:
    return round(width / PIXEL, 2)


def _sld(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
