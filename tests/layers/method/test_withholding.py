"""An amount is shown as it is, and withheld where it tells too much of one: the same at every level."""

import numpy as np
import pandas as pd
import pytest

from boundaries.codes import parents
from geo.areas import AreaLevel
from geo.disclosure.attackers import worst
from geo.disclosure.contributions import Contributions, SensitivityRules, required
from geo.errors import SourceError
from geo.unknown import Unknown
from layers.method.withholding import amounts, leaving, said, shown
from services.jobs.build import LayerRequest, build
from tests.country import counted
from tests.turnover import WithTurnover, country

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return country(tmp_path_factory.mktemp("omzet"))


@pytest.fixture(scope="module")
def table(made):
    return made.results.of(made.figure_plan.amounts_node(made.catalog.sources["omzet"], 2024))


def test_what_is_withheld_is_protected_at_all_levels_at_once(made, table):
    """By the sums themselves, from the raw figures: not those that the build made of them."""
    raw = made.source.figures.set_index("buurtcode").sort_index()
    codes, parent, finest = [*raw.index], [], raw.index
    for level in LEVELS[1:]:
        of = parents(finest, level)
        finest = of.unique().sort_values()
        parent += [len(codes) + finest.get_loc(one) for one in of]
        codes += [*finest]
    parent += [len(codes)] * len(finest) + [-1]
    columns = tuple(raw[one].to_numpy(dtype=float) for one in ("omzet", "zaken", "grootste", "tweede"))
    sums = Contributions.summed(columns, np.array(parent))
    found = table.loc[[*codes, "NL"]]
    needed = required(sums, SensitivityRules(min_units=3, percent=10.0, dominance=((1, 50.0),)))
    hidden = ~found["shown"].to_numpy()
    np.testing.assert_allclose(found["value"], sums.value)
    assert needed.sensitive.any()
    assert hidden.sum() > needed.sensitive.sum()
    assert not worst(sums, needed, hidden).deficit.any()


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_shown_is_exact_and_the_rest_is_withheld(made, table, level):
    measure = made.measures(made.catalog.theme("proef"), level, 2024)["omzet_horeca"]
    of_level = table.loc[measure.events.index]
    told, known = measure.events.notna(), measure.exposure > 0
    assert told.sum() > len(told) / 3
    pd.testing.assert_series_equal(measure.events[told], of_level["value"][told], check_names=False)
    assert of_level["shown"][told].all()
    secret = measure.reason == Unknown.WITHHELD
    assert (secret[known] == ~of_level["shown"][known]).all()
    lacking = known & of_level["shown"] & ~told
    assert (measure.reason[lacking] == Unknown.PARTLY).all()
    assert not measure.shrunk


@pytest.mark.parametrize("level", [*LEVELS, AreaLevel.H3_8])
def test_a_layer_leaves_with_all_that_is_shown_and_passes_the_gate(made, table, level):
    layer = build(made, LayerRequest("proef", level, period=2024), lambda _: None)
    published = layer.leaving.set_index("area")["published"]
    pd.testing.assert_series_equal(published, table["value"].where(table["shown"])[published.index], check_names=False)
    assert set(layer.leaving["level"]) == {"buurt", "wijk", "gemeente"}
    if level in LEVELS:
        of_areas = layer.table.set_index("gebiedscode")
        hidden = published[of_areas.index].isna()
        assert of_areas["omzet_horeca"][hidden].isna().all()
        assert set(of_areas["omzet_horeca_reden"][hidden]) <= {"achtergehouden", "ontbreekt", "geen_noemer"}
    assert any("withheld" in line or "niet getoond" in line for line in layer.provenance.method)


def test_a_part_that_has_no_exposure_is_not_told_by_the_whole():
    """Of two buurten the one without inhabitants would be the wijk but for the other."""
    whole = counted([70.0, 30.0], [100.0, 100.0])
    table = pd.DataFrame({"value": [100.0, 30.0], "shown": [True, True]}, whole.events.index)
    found = shown(whole, table, sides=["events"])
    assert found.events.tolist()[1:] == [30]
    assert [str(one) for one in found.reason[:1]] == ["partly"]


def test_of_one_amount_over_another_nothing_is_told_where_either_is_withheld():
    both = counted([70.0, 30.0, 20.0, 50.0], [60.0, 40.0, 10.0, 25.0])
    now = pd.DataFrame({"value": both.events, "shown": [True, False, True, True]})
    before = pd.DataFrame({"value": both.exposure, "shown": [True, True, False, True]})
    found = shown(both, now, before, sides=["events", "exposure"])
    assert found.known.tolist() == [True, False, False, True]
    assert found.events.isna().tolist() == found.exposure.isna().tolist() == [False, True, True, False]
    assert [str(one) for one in found.reason[1:3]] == ["withheld", "withheld"]
    assert not found.shrunk


@pytest.mark.parametrize(("column", "value"), [("zaken", None), ("zaken", 1), ("tweede", 1e9), ("zaken", 0)])
def test_what_cannot_be_contributed_is_refused_by_its_area(tmp_path, column, value):
    source = WithTurnover()
    busiest = source.figures["zaken"].idxmax()
    source.figures[column] = source.figures[column].astype(float)
    source.figures.loc[busiest, column] = value
    made = country(tmp_path, source)
    with pytest.raises(SourceError, match=source.figures["buurtcode"][busiest]):
        made.measures(made.catalog.theme("proef"), AreaLevel.BUURT, 2024)


def test_an_amount_that_is_not_known_is_in_no_sum(tmp_path, table):
    source = WithTurnover()
    source.figures["omzet"] = source.figures["omzet"].astype(float)
    source.figures.loc[0, ["omzet", "zaken", "grootste", "tweede"]] = None
    made = country(tmp_path, source)
    other = made.results.of(made.figure_plan.amounts_node(made.catalog.sources["omzet"], 2024))
    assert source.figures["buurtcode"][0] not in other.index
    assert other["value"]["NL"] < table["value"]["NL"]


def test_amounts_leave_beside_counts_and_are_told_apart(made, table):
    source = made.catalog.sources["omzet"]
    assert said(source, 2024) == "omzet.omzet: omzet"
    rows = leaving(None, table, amounts=("omzet.omzet: omzet",), vintage=2024)
    assert len(rows) == len(table) - 1  # the country is shown nowhere
    assert amounts.__module__ == "layers.method.withholding"
