"""The plan: what decides a value is in its key, and what does not is not; what is shared is made once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import Catalog, load
from layers.declarations.lenses import Lens
from layers.declarations.periods import Period
from layers.declarations.themes import Theme
from layers.messages import speaking
from layers.method.country import Country
from layers.method.layer_plan import LayerPlan, layer_plan
from layers.method.plan import Node, Results, canonical, everything, lineage, numbers_of
from layers.method.reading import Own
from layers.publication.layer import LayerKey
from services.testland.source import TestlandSource
from tests.keys import MadeUpKeys

SHIPPED = load()
CRIMES = SHIPPED.theme("misdrijven")
LENS = SHIPPED.lens("buitengebied", CRIMES)
ALL = {"areas", "boundaries", "neighbors", "study", "table", "figures", "measure", "indicator", "search", "alone",
       "beside", "analysis", "receipts", "layer"}  # fmt: skip
FIGURES_ON = {"figures", "measure", "indicator", "search", "alone", "beside", "analysis", "layer"}


def plan(
    theme: Theme = CRIMES,
    lens: Lens | None = None,
    period: int = 2024,
    level: AreaLevel = AreaLevel.BUURT,
    seed: int = 20240101,
    catalog: Catalog = SHIPPED,
) -> LayerPlan:
    known = replace(catalog, digests={f"themes/{theme.id}": "0" * 64, **catalog.digests})
    country = Country(TestlandSource(seed), vintage(2024), known, Own(keyring=MadeUpKeys()))
    key = LayerKey(theme.id, level, period, lens.id if lens else "basis")
    return layer_plan(country, key, theme, lens, "1")


def again(changed: LayerPlan, of: LayerPlan) -> set[str]:
    """The kinds of the nodes that the change makes again."""
    before = {node.key for node in everything(of.layer)}
    return {node.kind for node in everything(changed.layer) if node.key not in before}


def of_indicator(at: int, **changed: object) -> Theme:
    """The theme with one thing of one indicator changed."""
    one = CRIMES.indicator[at].model_copy(update=changed)
    return CRIMES.model_copy(update={"indicator": (*CRIMES.indicator[:at], one, *CRIMES.indicator[at + 1 :])})


@pytest.mark.parametrize(
    ("changed", "made"),
    [
        (plan, set()),
        (lambda: plan(of_indicator(0, why="Anders gezegd.")), {"layer"}),
        (lambda: plan(of_indicator(0, title="Anders")), {"layer"}),
        (lambda: plan(of_indicator(0, scale=100.0)), {"analysis", "layer"}),
        (lambda: plan(of_indicator(0, weight=3.0)), {"search", "beside", "analysis", "layer"}),
        (lambda: plan(of_indicator(0, direction="low")), FIGURES_ON - {"figures", "measure"}),
        (lambda: plan(of_indicator(0, value="kerncijfers.inwoners")), FIGURES_ON - {"figures"}),
        (lambda: plan(lens=LENS), {"searched", "search", "alone", "beside", "analysis", "layer"}),
        (lambda: plan(period=2025), FIGURES_ON),
        (lambda: plan(level=AreaLevel.WIJK), ALL - {"boundaries", "table", "figures", "receipts"}),
        (lambda: plan(seed=5), ALL),
    ],
)  # fmt: skip
def test_a_change_makes_again_what_rests_on_it_and_nothing_else(changed: Callable[[], LayerPlan], made: set[str]):
    assert again(changed(), plan()) == made


def test_the_measures_of_other_indicators_stay_when_one_changes():
    before = {node.key for node in everything(plan().layer)}
    changed = [node for node in everything(plan(of_indicator(0, direction="low")).layer) if node.key not in before]
    assert [node.name[0] for node in changed if node.kind == "indicator"] == ["misdrijven"]


def test_a_floor_for_small_counts_makes_no_search_again():
    stricter = CRIMES.model_copy(update={"privacy": CRIMES.privacy.model_copy(update={"min_count": 10.0})})
    assert again(plan(stricter), plan()) == {"analysis", "layer"}


def test_the_text_of_a_source_makes_its_receipt_again_and_no_figure():
    renamed = SHIPPED.sources["kerncijfers"].model_copy(update={"title": "Anders"})
    known = replace(SHIPPED, sources={**SHIPPED.sources, "kerncijfers": renamed})
    assert again(plan(catalog=known), plan()) == {"receipts", "layer"}


def test_another_language_makes_texts_again_and_no_figure():
    dutch = plan()
    with speaking("en"):
        assert again(plan(), dutch) == {"receipts", "layer"}


def test_a_period_more_in_a_source_changes_nothing_of_the_others():
    more = SHIPPED.sources["misdrijven"].model_copy(update={"periods": (*map(Period, (2024, 2025, 2026)),)})
    known = replace(SHIPPED, sources={**SHIPPED.sources, "misdrijven": more})
    assert "figures" not in again(plan(catalog=known), plan())


@pytest.mark.parametrize(("status", "expected"), [("open", False), ("vertrouwelijk", True)])
def test_what_comes_of_a_source_that_is_not_open_is_confidential(status: str, expected: bool):  # noqa: FBT001
    crimes = SHIPPED.sources["misdrijven"]
    added = {
        name: one.model_copy(update={"formula": one.formula.replace(" / 3", "")})
        for name, one in crimes.columns.items()
    }  # fmt: skip
    own = crimes.model_copy(update={"status": status, "columns": added})
    known = replace(SHIPPED, sources={**SHIPPED.sources, "misdrijven": own})
    made = plan(catalog=known)
    by_title = {node.title: lineage(node).confidential for node in everything(made.layer)}
    assert by_title["figures/misdrijven/2024"] is expected
    assert by_title["search/misdrijven/basis/buurt/2024"] is expected
    assert by_title["figures/kerncijfers/2024"] is False
    assert by_title["neighbors/finest"] is False


def test_a_second_search_is_made_by_itself_and_a_theme_without_one_has_none():
    first_only = CRIMES.model_copy(update={"search": CRIMES.search.model_copy(update={"second": None})})
    assert again(plan(), plan(first_only)) == {"search", "beside", "analysis", "layer"}
    assert again(plan(first_only), plan()) == {"beside", "analysis", "layer"}


def test_themes_share_the_nodes_of_an_indicator_that_is_the_same():
    other = of_indicator(0, why="Anders.").model_copy(update={"id": "anders", "title": "Iets anders"})
    assert again(plan(other), plan()) == {"analysis", "layer"}


def test_every_value_is_made_once_in_a_session():
    country = Country(TestlandSource(), vintage(2024), SHIPPED)
    for lens in (None, LENS):
        key = LayerKey("misdrijven", AreaLevel.BUURT, 2024, lens.id if lens else "basis")
        country.results.of(layer_plan(country, key, CRIMES, lens, "1").layer)
    made = [node.key for node in country.results.made]
    assert len(made) == len(set(made))
    searches = [node.name for node in country.results.made if node.kind == "search"]
    assert sorted(name[0] for name in searches) == [
        "afgelegen", "huurwoningen", *["misdrijven"] * 5, "toename",
    ]  # fmt: skip  # each indicator by itself, and both searches of the theme under each lens
    assert [node.kind for node in country.results.made].count("indicator") == 4


def test_two_functions_of_one_module_have_keys_of_their_own():
    def one() -> int:
        return 1

    def two() -> int:
        return 2

    assert Node("x", ("x",), one).key != Node("x", ("x",), two).key


def test_what_only_reading_tells_is_never_taken_from_a_cache():
    class Refusing:
        def get(self, key: str) -> object:
            raise AssertionError(key)

        put = latest = get

    read = Node("table", ("eigen",), lambda: 1, reads=None, method="m")
    figures = Node("figures", ("eigen",), lambda table: table + 1, (read,), stored=True, method="m")
    assert not lineage(figures).known
    assert Results(Refusing()).of(figures) == 2  # type: ignore[arg-type]


settings = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=4), st.booleans(), st.none(),
              st.tuples(st.integers(), st.text(max_size=2))),
    max_size=4,
)  # fmt: skip


def node(parameters: Mapping[str, Any]) -> Node[None]:
    return Node("kind", ("name",), lambda **_: None, parameters=parameters, method="m")


@given(first=settings, second=settings)
def test_keys_are_equal_exactly_where_settings_are(first: dict[str, object], second: dict[str, object]):
    same = repr(list(first.items())) == repr(list(second.items()))
    assert (node(first).key == node(second).key) == same
    assert node(dict(first)).key == node(first).key


def test_a_setting_without_a_fixed_form_is_refused():
    with pytest.raises(TypeError, match="a object decides a value of the build"):
        canonical(object())


def test_no_text_is_left_where_only_numbers_count():
    bare = numbers_of(CRIMES)
    assert (bare.title, bare.question, {one.why for one in bare.indicator}) == ("", "", {""})
    assert [one.value for one in bare.indicator] == [one.value for one in CRIMES.indicator]
