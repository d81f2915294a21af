"""In which gemeenten an indicator has figures: those that its mean is of, where they are not nearly all.

Rejected: to read it from the `covers` of a source, which a table with empty cells and a raster of a part of the country
do not have. What that mean is called stands in layers.publication.comparison.
"""

from boundaries.codes import parents
from geo.areas import AreaFrame, AreaLevel
from geo.measures import Measure

NEARLY_ALL = 0.9
"""Share of all gemeenten in which an indicator is known, for its mean to be that of the country."""


def gemeenten_with_figures(measure: Measure, areas: AreaFrame, country: int | None = None) -> tuple[str, ...]:
    """The names of the gemeenten in which some area has a figure, sorted; none where these are nearly all of the
    country.

    Args:
        measure: of the areas, and of others by their codes where the areas are a part of the country.
        areas: the areas of the layer.
        country: in how many gemeenten figures are those of the whole country; None is `NEARLY_ALL` of those of the
            areas. A gemeente of which there are no areas is called by its code.
    """
    codes = measure.events.index[measure.events.notna() & (measure.exposure > 0)]
    inside = areas.ids.get_indexer(codes) >= 0
    by_code = areas.table.loc[codes[inside]].groupby("gemeente")["gemeente_name"].first().to_dict()
    names = {code: code for code in parents(codes[~inside], AreaLevel.GEMEENTE)} | by_code
    least = NEARLY_ALL * areas.table["gemeente"].nunique() if country is None else country
    return () if len(names) >= least else tuple(sorted(names.values()))
