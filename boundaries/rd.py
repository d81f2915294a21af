"""RD New, the system of the Netherlands: what comes from CBS, and all that is placed in its areas, is in this."""

from geo.areas import RD_NEW, AreaFrame
from geo.errors import AreaError
from geo.messages import Message

__all__ = ["RD_BOUNDS", "RD_NEW", "Box", "check_dutch"]

type Box = tuple[float, float, float, float]

RD_BOUNDS: Box = (-10_000.0, 300_000.0, 280_000.0, 650_000.0)
"""West, south, east and north of the Netherlands and its sea, in metres of RD New: where coordinates must lie."""


def check_dutch(areas: AreaFrame, what: Message) -> None:
    """Raise AreaError unless these areas are in RD New: `what` is placed in the Netherlands only."""
    if areas.crs.to_epsg() != RD_NEW:
        raise AreaError(
            "{what}: placed in areas of the Netherlands only, and these are in {crs}; give figures per area, with "
            "their codes",
            what=what, crs=areas.crs.to_string(),
        )  # fmt: skip
