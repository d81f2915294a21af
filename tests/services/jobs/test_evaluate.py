"""A map of Testland held against the year after it, and against files that do or do not fit."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.catalog import load
from layers.evaluation.hits import caught
from layers.messages import speaking
from services.cli import evaluations
from services.engines.local import Local
from services.jobs.build import LayerRequest, open_country
from services.jobs.engines import engine
from services.jobs.evaluate import as_table, evaluate
from tests.services.engines.cluster import needs_spark

REQUEST = LayerRequest("misdrijven", AreaLevel.BUURT, period=2024)


@pytest.fixture(scope="module")
def country():
    return open_country("testland", load())


@pytest.fixture(scope="module")
def against(country):
    return partial(evaluate, country, on_step=lambda _: None)


@pytest.fixture(scope="module")
def made(against):
    return against(REQUEST, None)


@pytest.fixture(scope="module")
def shares(made):
    table = as_table(made)
    return table.set_index(["cost", "order", "part"])["caught"].sort_index()


@pytest.fixture(scope="module")
def of_each(against):
    return against(REQUEST, None, by=Local())


def test_it_says_what_was_held_against_what(made):
    assert (made.counted.id, made.years, made.truth) == ("misdrijven", (2024, 2023, 2022), "2025")
    assert set(as_table(made)["cost"]) == {"km2", "inwoners", "huishoudens"}
    assert set(as_table(made)["order"]) == {
        "score", "ratio", "forecast_per_unit", "count_per_unit", "mean_per_unit", "count", "rate", "kde", "random",
    }  # fmt: skip


def test_no_order_beats_the_truth_and_chance_catches_its_part(made, shares):
    table = as_table(made)
    assert (table["pei"].dropna() <= 1 + 1e-9).all()
    assert shares["km2", "random", 0.05] == 0.05
    assert shares["km2", "count_per_unit"].is_monotonic_increasing


def test_the_share_of_last_years_count_per_km2_is_that_of_a_sum_by_hand(country, shares):
    counted = load().theme("misdrijven").indicator[0]
    resolved = next(one for one in country.catalog.theme("misdrijven").indicator if one.id == counted.id)
    last, after = (country.counts(resolved, AreaLevel.BUURT, year) for year in (2024, 2025))
    km2 = country.buurten.table.geometry.area / 1e6
    order = (last / km2.to_numpy()).sort_values(ascending=False, kind="stable").index
    spent = pd.Series(km2.to_numpy(), last.index)[order].cumsum()
    first = spent.index[spent <= 0.1 * km2.sum()]
    assert shares["km2", "count_per_unit", 0.1] == pytest.approx(after[first].sum() / after.sum(), abs=0.01)


def test_a_file_of_the_same_counts_says_the_same(country, against, shares, tmp_path: Path):
    indicator = country.catalog.theme("misdrijven").indicator[0]
    counts = country.counts(indicator, AreaLevel.BUURT, 2025)
    counts.rename("aantal").rename_axis("code").to_csv(tmp_path / "na.csv")
    other = as_table(against(REQUEST, tmp_path / "na.csv")).set_index(["cost", "order", "part"])["caught"].sort_index()
    np.testing.assert_allclose(other, shares)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("code,aantal\nBU99990101,3\n", "no column has codes of areas of this map; it may be of another vintage"),
        ("code,aantal\nFIRST,3\nBU99990101,3\n", "only 50% of its 2 codes are areas of this map: it is of another"),
        ("code,aantal,meer\nFIRST,3,4\n", "2 columns of numbers beside 'code'"),
        ("code,aantal\nFIRST,veel\n", "0 columns of numbers beside 'code'"),
    ],
)
def test_a_truth_that_does_not_fit_is_answered_in_words(country, against, tmp_path: Path, rows, fault):
    file = tmp_path / "waarheid.csv"
    file.write_text(rows.replace("FIRST", country.buurten.ids[0]))
    with pytest.raises(SourceError, match=fault):
        against(REQUEST, file)


def test_a_truth_of_some_areas_says_how_many_take_no_part_and_one_of_nothing_is_refused(
    country, against, tmp_path: Path
):
    ids = country.buurten.ids
    file = tmp_path / "deel.csv"
    pd.Series(1, ids[:100]).rename("aantal").rename_axis("code").to_csv(file)
    (note,) = map(str, against(REQUEST, file).notes)
    assert note == "Of 592 of the 692 areas it is not known what was counted afterwards: they take no part."
    pd.Series(0, ids).rename("aantal").rename_axis("code").to_csv(file)
    with pytest.raises(SourceError, match=r"deel\.csv: nothing was counted in any area"):
        against(REQUEST, file)


def test_a_year_without_a_next_one_and_hexagons_are_answered_in_words(against):
    with pytest.raises(SourceError, match="there are no figures of 2026 to hold 2025 against; evaluate an earlier"):
        against(LayerRequest("misdrijven", AreaLevel.BUURT, period=2025), None)
    with pytest.raises(SourceError, match="figures of hexagons are not held against a truth"):
        against(LayerRequest("misdrijven", AreaLevel.H3_8, period=2024), None)


def test_wijken_are_held_against_their_sums(against):
    assert len(as_table(against(LayerRequest("misdrijven", AreaLevel.WIJK, period=2024), None))) == 3 * 9 * 4


def test_within_a_gemeente_an_order_catches_what_it_does_in_a_country_of_that_gemeente_alone(country, of_each, shares):
    counted = country.catalog.theme("misdrijven").indicator[0]
    last, after = (country.counts(counted, AreaLevel.BUURT, year) for year in (2024, 2025))
    gemeenten = country.buurten.table["gemeente"]
    sizes = gemeenten[after.notna()].value_counts()
    assert sorted(of_each.gemeenten) == sorted(sizes.index[sizes >= 10])
    code = sizes.index[0]
    inside = (gemeenten == code).to_numpy()
    km2 = country.buurten.table.geometry.area[inside] / 1e6
    by_hand = caught(last[inside] / km2, km2, after[inside])
    made = [one for one in of_each.gemeenten[code] if (one.order, one.cost) == ("count_per_unit", "km2")]
    np.testing.assert_allclose([one.caught for one in made], by_hand)
    table = as_table(of_each)
    whole = table[table["gemeente"] == "NL"].set_index(["cost", "order", "part"])["caught"].sort_index()
    pd.testing.assert_series_equal(whole, shares)


@pytest.mark.parametrize("address", ["local:2", "spark:local[2]"])
def test_whichever_engine_evaluates_gemeenten_their_figures_are_the_same_to_the_byte(against, of_each, address):
    if address.startswith("spark"):
        needs_spark()
    again = against(REQUEST, None, by=engine(address))
    assert as_table(again).to_csv(index=False) == as_table(of_each).to_csv(index=False)


def test_the_screen_says_of_each_order_what_it_catches_within_gemeenten_and_how_often_more_than_a_plain_one(of_each):
    with speaking("en"):
        made = evaluations.per_gemeente(of_each, "inwoners")
    assert f"5%, within each of {len(of_each.gemeenten)} gemeenten" in str(made.title)
    columns = {str(one.header): list(one.cells) for one in made.columns}
    assert columns["more than last year's count per unit"].count("") == 1
    assert columns["half"][columns["order"].index("at random")] == "0.050"


def test_where_areas_are_gemeenten_there_is_nothing_within_them_and_it_is_said(against):
    with pytest.raises(SourceError, match=r"no gemeente has 10 areas with a truth: .*leave out --per-gemeente"):
        against(LayerRequest("misdrijven", AreaLevel.GEMEENTE, period=2024), None, by=Local())
