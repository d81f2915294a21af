"""The plan of one search: the nodes of what is searched in, of what is found there, and of the analysis of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from geo.statistics.places.result import PlaceResult
from geo.statistics.result import LocalResult
from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.method.alone import by_indicator, found_alone
from layers.method.beside import Beside, beside
from layers.method.build import Analysis, analysis, reference_of, search, weights_of
from layers.method.country import Country
from layers.method.indicator_values import IndicatorValues
from layers.method.places import StudyArea
from layers.method.plan import Node, numbers_of
from layers.method.restriction import restricted
from layers.method.second import second_search
from layers.publication.layer import LayerKey

type Found = LocalResult | PlaceResult
type Alone = Node[Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Searching:
    """What is searched for and in: a theme under a lens, its indicators in the areas of a level and period."""

    key: LayerKey
    theme: Theme
    lens: Lens | None
    study: Node[StudyArea]
    indicators: Mapping[str, Node[IndicatorValues]]

    @property
    def name(self) -> tuple[str, ...]:
        """What its nodes are called."""
        return (self.theme.id, self.key.lens, self.key.level, str(self.key.period))

    @property
    def declared(self) -> tuple[str, ...]:
        """The declarations that it rests on."""
        return (f"themes/{self.theme.id}", *([f"lenses/{self.lens.id}"] if self.lens else []))

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each indicator that weighs."""
        return weights_of(self.theme, self.lens)

    @property
    def weighed(self) -> dict[str, Node[IndicatorValues]]:
        """The indicators that weigh."""
        return {one: self.indicators[one] for one in self.weights}

    @property
    def how(self) -> dict[str, object]:
        """By which test, and what passes it."""
        return {one: getattr(self.theme.search, one) for one in ("statistic", "max_q", "largest")}


def searching(
    country: Country, key: LayerKey, theme: Theme, lens: Lens | None, study: Node[StudyArea] | None = None
) -> Searching:
    """The search for a theme under a lens; in a `study` area of its own where one is given."""
    indicators = country.indicator_plan.indicator_nodes(theme, key.level, key.period, reference_of(theme, lens))
    return Searching(key, theme, lens, study or country.area_plan.study_node(key.level), indicators)


def found_node(what: Searching, make: Callable[..., Found] = search) -> Node[Found]:
    """What is found; `make` searches."""
    settings = {"weights": what.weights} | what.how
    return Node(
        "search", what.name, make, (what.study, *_searched(what).values()), settings, what.declared, stored=True
    )


def alone_node(what: Searching) -> Alone:
    """What each of several indicators finds by itself; the same for every lens."""
    weighed = what.weighed if len(what.weights) > 1 else {}
    searches = [
        Node("search", one.name, found_alone, (what.study, one), what.how, what.declared, stored=True)
        for one in weighed.values()
    ]
    settings = {"indicators": tuple(weighed)}
    return Node("alone", what.study.name, by_indicator, tuple(searches), settings, what.declared)


def beside_node(what: Searching) -> Node[Beside]:
    """What other searches find: each indicator by itself, and the second search where the theme has one."""
    second, inputs = what.theme.search.second, (what.study, *_searched(what).values())
    settings = {"weights": what.weights} | what.how | {"statistic": second}
    searches = () if second is None else (
        Node("search", (*what.name, second), second_search, inputs, settings, what.declared, stored=True),
    )  # fmt: skip
    return Node("beside", what.name, beside, (alone_node(what), *searches), {}, what.declared)


def analysis_node(what: Searching, found: Node[Found], others: Node[Beside]) -> Node[Analysis]:
    """The analysis of what is found."""
    settings = {
        "theme": numbers_of(what.theme),
        "lens": numbers_of(what.lens) if what.lens else None,
        "period": what.key.period,
    }
    inputs = (what.study, found, others, *what.indicators.values())
    return Node("analysis", what.name, analysis, inputs, settings, what.declared)


def _searched(what: Searching) -> dict[str, Node[IndicatorValues]]:
    """What is searched in."""
    return _restricted(what, what.lens) if what.lens and what.lens.where else what.weighed


def _restricted(what: Searching, lens: Lens) -> dict[str, Node[IndicatorValues]]:
    """What is searched in, only where the lens searches."""
    scales = {one.id: one.scale for one in what.theme.indicator}
    levels = [one.indicator for one in lens.where]
    bounds = {"where": numbers_of(lens).where, "scales": tuple(scales[one] for one in levels)}
    made = {}
    for name, node in what.weighed.items():
        inputs = (node, *(what.indicators[one] for one in levels))
        made[name] = Node("searched", (*node.name, lens.id), restricted, inputs, bounds, what.declared)
    return made
