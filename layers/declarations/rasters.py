"""Raster: a GeoTIFF or a folder of them, and which zonal sums of it are the columns of a source."""

from typing import Literal, Self

from pydantic import Field, model_validator

from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, Id
from layers.declarations.records import StoredPath


class Taken(Declared):
    """What a column takes of the cells of each area: their mean, their sum, or the share of some classes.

    Cells on the border of an area count for the part inside.
    """

    take: Literal["mean", "sum", "share"]
    classes: tuple[float, ...] = ()

    @model_validator(mode="after")
    def _shares_are_of_classes(self) -> Self:
        if bool(self.classes) != (self.take == "share"):
            raise RuleError("classes go with take = 'share', and a share with classes: say which values are counted")
        return self


class Raster(Declared):
    """Where the raster is, below the folder of the figures or in object storage, and what is taken of it.

    A folder holds the tiles of one raster: on the same cells, none of which is in two of them. `unreadable` says what
    is done where one cannot be read: nothing is given, or the areas that it lies under are unknown.

    `nodata` is what cells without a value hold, where the file does not say so itself or says it wrongly. A raster
    that `covers` only a part of the country leaves the other areas unknown; else a raster that is too small is refused.
    """

    path: StoredPath
    band: int = Field(1, ge=1)
    nodata: float | None = None
    covers: Literal["all", "part"] = "all"
    unreadable: Literal["stop", "leave out"] = "stop"
    column: dict[Id, Taken] = Field(min_length=1)
