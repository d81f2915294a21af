"""Choices: the searches that differ in one thing from that of a layer, and that somebody could have made as well.

What there is to choose follows from what is declared: sections that events are compared with, exposures that an
indicator names (`also_per`), periods that all sources have, and levels of which there are figures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from geo import neighbors
from geo.areas import AreaFrame, AreaLevel
from geo.messages import Message, message
from geo.statistics.names import PLACE_SEARCH_NAMES
from layers.declarations.baselines import Baseline
from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.method.build import heaviest, reference_of, weights_of
from layers.method.country import Country
from layers.method.places import Boundaries, StudyArea
from layers.method.plan import Node
from layers.method.search_plan import Searching, searching
from layers.publication.explanations import singular_of
from layers.publication.layer import LayerKey

NEAREST = 6
"""Areas that are neighbours because they are nearest: as many as buurten border on average."""
SIZES = (8, 19)
"""Areas in a place at most, fewer and more than the 12 that are usual."""
LEVELS: dict[AreaLevel, tuple[AreaLevel, ...]] = {
    AreaLevel.BUURT: (AreaLevel.WIJK, AreaLevel.H3_7, AreaLevel.H3_8, AreaLevel.H3_9),
    AreaLevel.WIJK: (AreaLevel.H3_7, AreaLevel.H3_8),
    AreaLevel.H3_7: (AreaLevel.H3_8,),
    AreaLevel.H3_8: (AreaLevel.H3_7, AreaLevel.H3_9),
    AreaLevel.H3_9: (AreaLevel.H3_8,),
}
"""Other levels for each. A gemeente is too large for what it says of a buurt; of hexagons only where points are."""

REFERENCES: dict[Baseline, Message] = {
    "national": message("compared with the whole country"),
    "expected": message("compared with what fits what is there"),
    "peers": message("compared with areas that are alike"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing chosen otherwise: a code that never changes, what it is called, the search, whether an indicator is
    left out of it, and the indicator in which what it finds must be high, where the search does not see to that itself.
    """

    id: str
    title: Message
    what: Searching
    leaves_out: bool = False
    high: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The search of a layer, as it is asked for."""

    country: Country
    key: LayerKey
    theme: Theme
    lens: Lens | None

    def otherwise(self, choice: str, title: Message, **changed: object) -> Choice:
        """The same search with something changed: `key`, `theme`, `lens` or `study`."""
        asked: dict[str, object] = {"key": self.key, "theme": self.theme, "lens": self.lens} | changed
        key = asked["key"]
        if not isinstance(key, LayerKey):
            raise TypeError(f"{key!r} is no key of a layer")
        asked["key"] = replace(key, lens=f"{key.lens}, {choice}")
        return Choice(choice, title, searching(self.country, **asked))  # type: ignore[arg-type]  # those of `searching`


def choices(country: Country, key: LayerKey, theme: Theme, lens: Lens | None) -> list[Choice]:
    """All other searches for a layer, in a fixed order."""
    asked = _Asked(country, key, _under(theme, lens), _bare(lens))
    ways: tuple[Callable[[_Asked], Iterator[Choice]], ...] = (
        _without_each, _per_others, _references, _periods, _levels, _neighbors, _sizes, _second,
    )  # fmt: skip
    return [choice for way in ways for choice in way(asked)]


def _under(theme: Theme, lens: Lens | None) -> Theme:
    """The theme with the weights and reference that it has under a lens."""
    weights = weights_of(theme, lens)
    indicators = tuple(one.model_copy(update={"weight": weights.get(one.id, 0.0)}) for one in theme.indicator)
    search = theme.search.model_copy(update={"reference": reference_of(theme, lens)})
    return theme.model_copy(update={"indicator": indicators, "search": search})


def _bare(lens: Lens | None) -> Lens | None:
    """What is left of a lens: where it searches."""
    if lens is None or not lens.where:
        return None
    return lens.model_copy(update={"change": (), "reference": None, "others": "keep"})


def _without_each(asked: _Asked) -> Iterator[Choice]:
    weighing = [one for one in asked.theme.indicator if one.weight > 0]
    for one in weighing if len(weighing) > 1 else []:
        title = message("without '{title}'", title=one.title)
        choice = asked.otherwise(f"zonder_{one.id}", title, theme=_with(asked.theme, one.id, weight=0.0))
        yield replace(choice, leaves_out=True)


def _per_others(asked: _Asked) -> Iterator[Choice]:
    for one in asked.theme.indicator:
        for other in one.also_per if one.weight > 0 else ():
            source, _, column = other.column.partition(".")
            exposure = asked.country.catalog.sources[source].columns[column].title
            title = message("with '{title}' divided by '{exposure}'", title=one.title, exposure=exposure)
            floor = one.min_exposure if other.min_exposure is None else other.min_exposure
            theme = _with(asked.theme, one.id, per=other.column, also_per=(), min_exposure=floor)
            yield asked.otherwise(f"{one.id}_per_{column}", title, theme=theme)


def _references(asked: _Asked) -> Iterator[Choice]:
    own = asked.theme.search.reference
    if asked.key.level.resolution is not None:  # what is expected is not known per hexagon
        return
    for reference, title in REFERENCES.items():
        if reference != own and (reference == "national" or asked.theme.baseline(reference) is not None):
            search = asked.theme.search.model_copy(update={"reference": reference})
            theme = asked.theme.model_copy(update={"search": search})
            yield asked.otherwise(f"vergeleken_{reference}", title, theme=theme)


def _periods(asked: _Asked) -> Iterator[Choice]:
    shared = set.intersection(*(set(one.years) for one in asked.country.sources(asked.theme)))
    for year in sorted(shared - {asked.key.period}):
        title = message("with the figures of {year}", year=year)
        yield asked.otherwise(f"periode_{year}", title, key=replace(asked.key, period=year))


def _levels(asked: _Asked) -> Iterator[Choice]:
    for level in LEVELS.get(asked.key.level, ()):
        if _has_figures(asked, level):
            title = message("per {level}", level=singular_of(level))
            yield asked.otherwise(f"niveau_{level}", title, key=replace(asked.key, level=level))


def _has_figures(asked: _Asked, level: AreaLevel) -> bool:
    """Whether a level can be searched: figures that are divided over hexagons cannot."""
    return level.resolution is None or asked.country.figure_plan.counts_in_cells(asked.theme, asked.key.period)


def _neighbors(asked: _Asked) -> Iterator[Choice]:
    country, level = asked.country, asked.key.level
    areas = country.area_plan.areas_node(level)
    hexagons = level.resolution is not None
    near = Node("neighbors", (level, "nearest"), _two_rings if hexagons else _nearest, (areas,), stored=True)
    inputs, settings = (country.area_plan.boundaries_node(), areas, near), {"gemeenten": country.vintage.gemeenten}
    study = Node("study", (level, "nearest"), _study, inputs, settings)
    title = message("with the {count} nearest areas as neighbors", count=NEAREST)
    if hexagons:
        title = message("with hexagons two steps away as neighbors too")
    yield asked.otherwise("buurgebieden", title, study=study)


def _nearest(areas: AreaFrame) -> neighbors.Neighbors:
    return neighbors.nearest(areas, min(NEAREST, len(areas) - 1))


def _two_rings(areas: AreaFrame) -> neighbors.Neighbors:
    return neighbors.ring(areas, 2)


def _study(boundaries: Boundaries, areas: AreaFrame, near: neighbors.Neighbors, *, gemeenten: int) -> StudyArea:
    return StudyArea(areas, near, None if boundaries.national else gemeenten)


def _sizes(asked: _Asked) -> Iterator[Choice]:
    if asked.theme.search.statistic not in PLACE_SEARCH_NAMES:
        return
    for size in SIZES:
        title = message("in places of at most {count} areas", count=size)
        search = asked.theme.search.model_copy(update={"largest": size})
        yield asked.otherwise(f"grootte_{size}", title, theme=asked.theme.model_copy(update={"search": search}))


def _second(asked: _Asked) -> Iterator[Choice]:
    """The second search, as if it were the one of the theme; what it finds must be high, as in layers.method.second."""
    second = asked.theme.search.second
    if second is None:
        return
    search = asked.theme.search.model_copy(update={"statistic": second, "second": None})
    theme = asked.theme.model_copy(update={"search": search})
    choice = asked.otherwise("tweede_zoekwijze", message("by the second search"), theme=theme)
    yield replace(choice, high=heaviest(choice.what.weights))


def _with(theme: Theme, indicator: str, **changed: object) -> Theme:
    """The theme with something changed of one indicator."""
    indicators = tuple(one.model_copy(update=changed) if one.id == indicator else one for one in theme.indicator)
    return theme.model_copy(update={"indicator": indicators})
