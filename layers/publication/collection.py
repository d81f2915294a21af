"""Collection: one published table, as store, API, map and file all see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyproj import CRS

from geo.metres import is_metric
from layers.publication.audience import Audience
from layers.publication.fields import Field
from layers.publication.normal_form import NormalForm, normal_form


@dataclass(frozen=True)
class Collection:
    """One published table, in RD New or the system in metres that is declared for another country. `table` has exactly
    the columns of `fields`, then `geometry`, unique by `id`.

    All its text is in one language; that of its fields is said here. `time_field` names the integer column that holds
    the year, where there is one. `attribution` is shown with the data wherever it goes; `caveat` is the sentence on
    what it does not show. `audience` is for whom it is: colleagues, unless everyone is said.
    """

    id: str
    title: str
    description: str
    keywords: tuple[str, ...]
    fields: tuple[Field, ...]
    table: geopandas.GeoDataFrame
    attribution: str
    license: str
    caveat: str
    time_field: str | None = None
    audience: Audience = "intern"

    @property
    def address(self) -> str:
        """What it is called in the API: in kebab-case, as the Dutch API design rules want it. In files, where it is the
        name of a table, its id has underscores.
        """
        return self.id.replace("_", "-")

    @property
    def crs(self) -> CRS:
        """The system that its coordinates are in."""
        crs: CRS = self.table.crs
        return crs

    @property
    def epsg(self) -> int:
        """Its EPSG code."""
        code = self.crs.to_epsg()
        if code is None:
            raise ValueError(f"collection {self.id}: its system has no EPSG code")
        return code

    @cached_property
    def normal_form(self) -> NormalForm:
        """Its rows without geometry, each thing once: found once for all files that are written of it."""
        return normal_form(pd.DataFrame(self.table.drop(columns="geometry")))

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(field.said() for field in self.fields))
        declared = [*names(self.fields), "geometry"]
        if list(self.table.columns) != declared:
            raise ValueError(f"collection {self.id}: columns {list(self.table.columns)} are not its fields {declared}")
        if self.table.crs is None or not is_metric(self.table.crs, tuple(self.table.total_bounds.tolist())):
            raise ValueError(f"collection {self.id}: not in metres")
        if not self.table["id"].is_unique:
            raise ValueError(f"collection {self.id}: ids are not unique")


def names(fields: Sequence[Field]) -> list[str]:
    """The column names of `fields`, in order."""
    return [field.name for field in fields]


DTYPES = {"string": object, "integer": "int64", "number": "float64", "boolean": "bool"}


def typed(table: geopandas.GeoDataFrame, fields: Sequence[Field]) -> geopandas.GeoDataFrame:
    """The table with the type of each field, also where it has no rows; missing text is None."""
    changed = {one.name: _typed(table[one.name], one) for one in fields if not _has_type(table[one.name], one)}
    return table.assign(**changed)


def _has_type(column: pd.Series, field: Field) -> bool:
    return field.type != "string" and bool(column.dtype == DTYPES[field.type])


def _typed(column: pd.Series, field: Field) -> pd.Series:
    if field.type == "string":
        return pd.Series(texts(column), column.index, dtype=object)
    values: pd.Series = column.astype(DTYPES[field.type])  # type: ignore[call-overload]  # names of types
    return values


def texts(column: pd.Series) -> npt.NDArray[np.object_]:
    """What a column of texts holds, None where there is none."""
    if isinstance(column.dtype, pd.StringDtype):
        held: npt.NDArray[np.object_] = pa.array(column.array).to_numpy(zero_copy_only=False)
        return held
    values = column.to_numpy(object, copy=True)
    values[pd.isna(values)] = None
    return values
