"""What every server is asked: the path of each row of the table, as far as a server can answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from tests.benchmarks.serving import asking

BOX = "bbox=4.70,52.00,5.35,52.45"
RD = "crs=http://www.opengis.net/def/crs/EPSG/0/28992"
FILTER = f"filter={quote("gemeentecode IN ('GM0363','GM0599')")}"
TURN = "{turn}"
"""Stands for another number at each turn, so that nobody has the answer ready."""

COUNTED = ("limit=100", "bbox 1000", "10,000", "filter 637", "RD 1000", "RD bbox", "last page")
"""Rows of which each server that answers them has as many features."""
UNDER_LOAD = ("item", "limit=100", "RD 100", "tile")


@dataclass(frozen=True, slots=True)
class Server:
    """A server: where it is, the path of the layer below that, and of each row; where its tile is, if it has any.

    Rows that it is `without` are those that it cannot answer; one that is not `paged` takes no offset.
    """

    base: str
    layer: str
    tile: str = ""
    without: tuple[str, ...] = ()
    paged: bool = True
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def items(self) -> str:
        """The path of its features."""
        return f"{self.layer}/items"


def asked_of(server: Server, rows: int) -> Server:
    """The server with the paths of all that it can answer; the layer has so many `rows`."""
    items = server.items
    first = asking.json(f"{server.base}{items}?limit=1000")["features"][-1]["id"]
    paths = {
        "landing": "/?f=json",
        "collections": "/collections?f=json",
        "item": f"{items}/{quote(str(first))}",
        "limit=100": f"{items}?limit=100",
        "bbox 1000": f"{items}?{BOX}&limit=1000",
        "10,000": f"{items}?limit=10000",
        "filter 637": f"{items}?{FILTER}&limit=637",
        "RD 100": f"{items}?limit=100&{RD}",
        "RD 1000": f"{items}?limit=1000&{RD}",
        "RD bbox": f"{items}?{BOX}&limit=1000&{RD}",
        "HTML 100": f"{items}?limit=100&f=html{f'&offset={TURN}' if server.paged else ''}",
        "last page": f"{items}?limit=100&offset={rows - 100}",
        "tile": server.tile,
    }
    left = {row: path for row, path in paths.items() if path and row not in server.without}
    return replace(server, paths=left)
