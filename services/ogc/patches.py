"""Patches for what pygeoapi 0.24 and pygeofilter 0.4 answer wrongly, all on names in `pygeoapi.api.itemtypes`.

Importing the provider applies them, so that `zicht serve` and a stock `pygeoapi serve` give the same answers:

- CQL2 text. pygeofilter reads AND and OR from left to right, so that `a OR b AND c` means `(a OR b) AND c`; it refuses
  `NOT (a AND b)`, a quote in a text (`''`) and properties of one letter (our `q`). The rules that do so are replaced.
- `bbox-crs`. pygeoapi transforms two corners, which leaves out wedges along the edges. A box in another CRS becomes a
  polygon with points along its edges.
- JSON of items. pygeoapi writes `<` in values as `&lt;`, which changes them, and takes ten times as long.
- Conformance. What works is declared, so that QGIS filters on the server; writing, which does not, is not.

A middleware was rejected: it would put the polygon of a box in every link, and not help a stock server.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pygeofilter.parsers
import pyproj
import shapely
from lark import Lark, Token
from pygeoapi.api import itemtypes
from pygeoapi.crs import get_crs
from pygeoapi.util import json_serial
from pygeofilter.parsers.cql2_text.parser import CQLTransformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

PARSERS = Path(pygeofilter.parsers.__file__).parent

CONDITIONS = """
?condition: conjunction
          | condition "OR"i conjunction     -> or_

?conjunction: negation
            | conjunction "AND"i negation   -> and_

?negation: predicate
         | "NOT"i negation                  -> not_
         | "(" condition ")"

"""

EDGE = 100
"""Points on each edge of a box: one as wide as the country is then at most some decimetres off."""

FEATURES_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
UNSUPPORTED = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete"
SUPPORTED = (
    f"{FEATURES_3}/filter",
    f"{FEATURES_3}/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
)


class TransformedBox(list[float]):
    """The bounds in the storage CRS of a box that was given in another, with its true shape."""

    shape: BaseGeometry


class _Transformer(CQLTransformer):  # type: ignore[misc]  # pygeofilter has no types
    def SINGLE_QUOTED(self, token: Token) -> str:  # noqa: N802  # named after the terminal
        return str(token[1:-1]).replace("''", "'")


@cache
def _parser() -> Lark:
    grammar = (PARSERS / "cql2_text" / "grammar.lark").read_text()
    before, rest = grammar.split("?condition:", 1)
    grammar = before + CONDITIONS + "?predicate:" + rest.split("?predicate:", 1)[1]
    for rule, patched in (
        ("""SINGLE_QUOTED: "'" /.*?/ "'\"""", "SINGLE_QUOTED: /'(?:[^']|'')*'/"),
        ("attribute: /[a-zA-Z][a-zA-Z_:0-9.]+/", "attribute: /[a-zA-Z][a-zA-Z_:0-9.]*/"),
        ("WS_INLINE", "WS"),
    ):
        if rule not in grammar:
            raise RuntimeError(
                f"pygeofilter's CQL2 grammar no longer holds {rule!r}; see whether it still needs a patch"
            )
        grammar = grammar.replace(rule, patched)
    return Lark(grammar, parser="lalr", maybe_placeholders=False, transformer=_Transformer(), import_paths=[PARSERS])


def parse(text: str) -> Any:
    """The tree of a CQL2 text, with the precedence of the standard."""
    return _parser().parse(text)


def corners(bbox: Sequence[float]) -> tuple[float, float, float, float]:
    """The lowest and the highest corner of a box of four numbers, or of six, with heights."""
    half = len(bbox) // 2
    return bbox[0], bbox[1], bbox[half], bbox[half + 1]


def transform_bbox(bbox: list[float], from_crs: str, to_crs: str) -> list[float]:
    """The bounds in `to_crs` of a box in `from_crs`, and its shape there; a box in the same CRS as it is."""
    given, wanted = get_crs(from_crs), get_crs(to_crs)
    if given == wanted:
        return bbox
    west, south, east, north = corners(bbox)
    if not (np.isfinite(bbox).all() and west <= east):
        raise CRSError(f"bbox must run from its lowest to its highest corner in {from_crs}")
    ring = np.array([(west, south), (east, south), (east, north), (west, north), (west, south)])
    edges = np.concatenate([np.linspace(start, end, EDGE) for start, end in pairwise(ring)])
    transformer = pyproj.Transformer.from_crs(given, wanted)
    outline = np.column_stack(transformer.transform(edges[:, 0], edges[:, 1]))
    back = np.column_stack(transformer.transform(outline[:, 0], outline[:, 1], direction="INVERSE"))
    if not np.allclose(back, edges, rtol=1e-6, atol=1e-5):  # far outside its area a projection answers nonsense
        raise CRSError(f"bbox lies outside {from_crs}; check bbox-crs and the order of its axes")
    box = TransformedBox([*outline.min(axis=0).tolist(), *outline.max(axis=0).tolist()])
    box.shape = shapely.Polygon(outline)
    return box


def to_json(content: Any, pretty: bool = False) -> str:  # noqa: FBT001, FBT002  # pygeoapi's signature
    """JSON with every value as it is; unknown types the way pygeoapi writes them."""
    option = orjson.OPT_INDENT_2 if pretty else 0
    return orjson.dumps(content, default=json_serial, option=option).decode()


def apply() -> None:
    """Put the patches in the place of pygeoapi's functions; a second time changes nothing."""
    itemtypes.parse_cql2_text = parse
    itemtypes.transform_bbox = transform_bbox
    itemtypes.to_json = to_json
    declared = [one for one in itemtypes.CONFORMANCE_CLASSES_FEATURES if one != UNSUPPORTED]
    itemtypes.CONFORMANCE_CLASSES_FEATURES = [*dict.fromkeys([*declared, *SUPPORTED])]
