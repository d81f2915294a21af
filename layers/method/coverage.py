"""In which gemeenten an indicator has figures: those that its mean is of, where they are not nearly all.

Rejected: to read it from the `covers` of a source, which a table with empty cells and a raster of a part of the country
do not have. What that mean is called stands in layers.publication.comparison.
"""

from geo.areas import AreaFrame
from geo.measures import Measure

NEARLY_ALL = 0.9
"""Share of all gemeenten in which an indicator is known, for its mean to be that of the country."""


def gemeenten_with_figures(measure: Measure, areas: AreaFrame) -> tuple[str, ...]:
    """The names of the gemeenten in which some area has a figure, sorted; none where these are nearly all."""
    known = areas.table[measure.events.notna() & (measure.exposure > 0)]
    gemeenten = known.groupby("gemeente")["gemeente_name"].first()
    if len(gemeenten) >= NEARLY_ALL * areas.table["gemeente"].nunique():
        return ()
    return tuple(sorted(gemeenten))
