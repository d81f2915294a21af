"""How a collection looks in QGIS: classes, titles of columns, words of codes, and the form of a feature."""

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from layers.messages import said, say
from layers.publication.appearance import OPACITY, appearance, bounds
from layers.publication.collection import Collection, names
from layers.publication.fields import Field
from layers.publication.legend import Legend

EXPLANATIONS = ("titel", "gebiedsnaam", "toelichting", "zekerheid", "beperkingen", "handvat", "reden")
"""Columns that a form shows first."""

VERSION = "3.22.0"
"""Of QGIS, the oldest that these are for."""

type Tree = ET.Element


def document(one: Collection) -> str:
    """The style of a collection as QGIS has it in a file."""
    look = ET.Element("qgis", version=VERSION)
    look.extend(style(one))
    return written(look, "qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'")


def written(tree: Tree, kind: str) -> str:
    """A document of this kind."""
    ET.indent(tree, " ")
    return f"<!DOCTYPE {kind}>\n{ET.tostring(tree, encoding='unicode')}\n"


def style(one: Collection) -> Iterator[Tree]:
    """Classes, titles of columns, words of codes, and a form that explains first."""
    yield _renderer(one)
    configured, aliases = ET.Element("fieldConfiguration"), ET.Element("aliases")
    for index, field in enumerate(one.fields):
        _widget(ET.SubElement(configured, "field", name=field.name), field)
        title = f"{said(field.title)} ({said(field.unit)})" if field.unit else said(field.title)
        ET.SubElement(aliases, "alias", field=field.name, index=str(index), name=text_of(title))
    yield from (configured, aliases)
    add(editor := ET.Element("layout"), "editorlayout", "tablayout")
    yield editor[0]
    yield _form(one)


def _renderer(one: Collection) -> Tree:
    look = appearance(one.id, one.fields)
    if look.legend is None:
        renderer = ET.Element("renderer-v2", type="singleSymbol")
        ET.SubElement(renderer, "symbols").append(_symbol("0", "no", "#ffffff", look.line, look.width))
        return renderer
    renderer = ET.Element("renderer-v2", type="RuleRenderer")
    rules, symbols = ET.SubElement(renderer, "rules", key="all"), ET.SubElement(renderer, "symbols")
    legend = look.legend
    classes = zip(_conditions(look.column, legend), legend.colours, legend.labels, strict=True)
    rows = [*classes, ("ELSE", legend.missing_colour, legend.missing_label)]
    for number, (condition, colour, label) in enumerate(rows):
        about = {"key": f"class{number}", "symbol": str(number), "filter": condition, "label": text_of(label)}
        ET.SubElement(rules, "rule", about)
        symbols.append(_symbol(str(number), "solid", colour, look.line, look.width))
    return renderer


def _conditions(column: str, legend: Legend) -> Iterator[str]:
    """What holds in each class."""
    for low, high in bounds(legend):
        ends = [
            f'"{column}" >= {low!r}' if low is not None else "",
            f'"{column}" < {high!r}' if high is not None else "",
        ]
        yield " AND ".join(filter(None, ends)) or f'"{column}" IS NOT NULL'


def _symbol(name: str, style: str, colour: str, line: str, width: float) -> Tree:
    symbol = ET.Element("symbol", type="fill", name=name, alpha=str(OPACITY) if style == "solid" else "1")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    given = {"color": _rgba(colour), "style": style, "outline_color": _rgba(line), "outline_width": str(width)}
    layer.append(_map({**given, "outline_style": "solid", "outline_width_unit": "MM"}))
    return symbol


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _widget(configured: Tree, field: Field) -> None:
    if field.codes:
        widget = ET.SubElement(configured, "editWidget", type="ValueMap")
        config = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
        listed = ET.SubElement(config, "Option", name="map", type="List")
        listed.extend(_map({said(label): code}) for code, label in field.codes.items())
    else:
        widget = ET.SubElement(configured, "editWidget", type="TextEdit")
        several = {"IsMultiline": "true" if field.name in EXPLANATIONS else "false", "UseHtml": "false"}
        ET.SubElement(widget, "config").append(_map(several, "bool"))


def _map(given: Mapping[str, str], kind: str = "QString") -> Tree:
    """A map of names to values, as QGIS writes these."""
    held = ET.Element("Option", type="Map")
    for name, value in given.items():
        ET.SubElement(held, "Option", name=text_of(name), value=text_of(value), type=kind)
    return held


def _form(one: Collection) -> Tree:
    form, there = ET.Element("attributeEditorForm"), names(one.fields)
    first = [name for name in EXPLANATIONS if name in there]
    parts = ((say("Explanation"), first), (say("Figures"), [name for name in there if name not in first]))
    for title, fields in parts:
        tab = {"name": text_of(title), "columnCount": "1", "groupBox": "0", "showLabel": "1"}
        container = ET.SubElement(form, "attributeEditorContainer", tab)
        for name in fields:
            ET.SubElement(container, "attributeEditorField", name=name, index=str(there.index(name)), showLabel="1")
    return form


def add(parent: Tree, name: str, text: str) -> None:
    """Add an element that holds a text."""
    ET.SubElement(parent, name).text = text_of(text)


def text_of(text: str) -> str:
    """The text without what XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
