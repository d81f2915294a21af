"""A small country of square buurten in RD New, whose truth can be computed by hand. Testland is the big one.

Its western gemeente has letters in its codes, as Amsterdam has, its eastern one digits; three rows make a wijk.
"""

from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array, diags_array, eye_array, kron

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from geo.measures import Measure
from geo.neighbors import Neighbors

CORNER = (120_000.0, 480_000.0)
SIDE = 500.0
NAMES = {"0363": "Letterstad", "0599": "Cijferveen"}


def squares(columns: int, rows: int, *, slit: float = 0.0) -> AreaFrame:
    """Square buurten of 500 m in as many columns and rows, sorted by code; all borders `slit` metres apart."""
    west, south = np.meshgrid(np.arange(columns), np.arange(rows))
    at = pd.DataFrame({"column": west.ravel(), "row": south.ravel()})
    codes = [buurtcode(column, row, columns) for column, row in at.itertuples(index=False)]
    corners = np.array(CORNER) + SIDE * at.to_numpy()
    polygons = shapely.box(*(corners + slit / 2).T, *(corners + SIDE - slit / 2).T)
    gemeente = [code[2:6] for code in codes]
    table = pd.DataFrame(
        {
            "name": [f"Buurt {column}-{row}" for column, row in at.itertuples(index=False)],
            "wijk_name": [f"Wijk {code[2:8]}" for code in codes],
            "gemeente": [f"GM{digits}" for digits in gemeente],
            "gemeente_name": [NAMES[digits] for digits in gemeente],
        },
        index=pd.Index(codes, name="area_id"),
    )
    return AreaFrame(
        AreaLevel.BUURT, 2024, geopandas.GeoDataFrame(table, geometry=polygons, crs=RD_NEW).sort_index()
    )  # fmt: skip


def buurtcode(column: int, row: int, columns: int) -> str:
    """The code of the square in this column and row, both from 0 in the south-west."""
    wijk, nth = divmod(row, 3)
    buurt = nth * columns + column
    return f"BU0363A{chr(ord('A') + wijk)}{buurt:02d}" if 2 * column < columns else f"BU0599{wijk:02d}{buurt:02d}"


def raw(areas: AreaFrame) -> geopandas.GeoDataFrame:
    """The areas as CBS delivers them: codes and names in columns of its own, in no order."""
    columns = {"area_id": "buurtcode", "name": "buurtnaam", "wijk_name": "wijknaam", "gemeente_name": "gemeentenaam"}
    table = areas.table.reset_index().rename(columns=columns)
    return table[[*columns.values(), "geometry"]].sample(frac=1, random_state=1)


def grid(columns: int, rows: int) -> Neighbors:
    """Who borders whom, corners too, on a board of squares numbered row by row: chess, no polygons."""
    line = [diags_array([1.0, 1.0], offsets=[-1, 1], shape=(n, n)) + eye_array(n) for n in (rows, columns)]
    board = csr_array(kron(*line) - eye_array(columns * rows))
    board.eliminate_zeros()
    return Neighbors(names(columns * rows), board)


def graph_of(pairs: Sequence[tuple[int, int]], count: int) -> Neighbors:
    """`count` areas of which the `pairs` are neighbours."""
    matrix = np.zeros((count, count), dtype=np.int8)
    for one, other in pairs:
        matrix[one, other] = matrix[other, one] = one != other
    return Neighbors(names(count), csr_array(matrix))


def names(count: int) -> pd.Index:
    """Sorted names for areas that are nowhere."""
    return pd.Index([f"a{at:04d}" for at in range(count)])


def counted(events: Sequence[float], exposure: Sequence[float], *, shrunk: bool = True) -> Measure:
    """A measure of areas that are nowhere; NaN is absent from its source."""
    index = names(len(events))
    nothing = pd.Series(None, index=index, dtype=object)
    figures = (pd.Series(part, index=index, dtype=float) for part in (events, exposure))
    return Measure.of("misdrijven", *figures, nothing, shrunk=shrunk)
