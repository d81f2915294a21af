"""Grids of tiles: how the plane is cut into squares, halved at every zoom.

Each has the zooms that tiles are made of: from the whole country in one tile or a few to a step of the grid that is
finer (some 3 m) than buurten are drawn (10-50 m).

Sources: OGC 17-083r4, Two Dimensional Tile Matrix Set, annex D (WebMercatorQuad); Geonovum, Nederlandse richtlijn
tiling (NetherlandsRDNewQuad).
"""

from dataclasses import dataclass

from services.ports import ENDING

STEPS = 4096
"""Of the grid within a tile; eight of them are a pixel where a tile is drawn 512 pixels wide."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid: by what name OGC and others know it, its system, and where its one tile of zoom 0 lies.

    `corner` is its west and north and `size` its side, in metres of EPSG:`epsg`; tiles are made of the zooms `furthest`
    to `closest`, into a file that ends in `ending`. `uri` defines it, where somebody does.
    """

    id: str
    title: str
    epsg: int
    corner: tuple[float, float]
    size: float
    furthest: int
    closest: int
    defined_to: int
    ending: str
    scale_set: str
    uri: str | None = None

    @property
    def crs(self) -> str:
        """The URI of its system."""
        return f"http://www.opengis.net/def/crs/EPSG/0/{self.epsg}"

    def side(self, zoom: int) -> float:
        """Metres along a side of a tile."""
        return self.size / float(2**zoom)

    def step(self, zoom: int) -> float:
        """Metres of a step of the grid within a tile."""
        return self.side(zoom) / STEPS


MERCATOR = Grid(
    id="WebMercatorQuad",
    title="Google Maps Compatible for the World",
    epsg=3857,
    corner=(-20_037_508.342789244, 20_037_508.342789244),
    size=40_075_016.685578488,
    furthest=5,
    closest=11,
    defined_to=24,
    ending=ENDING,
    scale_set="http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
    uri="http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
)
RD = Grid(
    id="NetherlandsRDNewQuad",
    title="Amersfoort / RD New scheme for the Netherlands",
    epsg=28992,
    corner=(-285_401.92, 903_401.92),
    size=880_803.84,
    furthest=0,
    closest=6,
    defined_to=16,
    ending=".rd-tiles",
    scale_set="urn:ogc:def:wkss:OGC:1.0:NLDEPSG28992Scale",
)
GRIDS = {grid.id: grid for grid in (MERCATOR, RD)}
