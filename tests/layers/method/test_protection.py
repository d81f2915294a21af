"""Confidential counts are perturbed before anything is computed from them; what noise does not protect is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from boundaries.codes import parents
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise, perturbed
from geo.errors import SourceError
from geo.measures import Measure
from layers.declarations.catalog import load
from layers.method.country import Country
from layers.method.indicator_measures import summed
from layers.method.indicator_values import indicator_values
from layers.method.keys import AREA_KEY, check_protectable, key_column, sum_of_keys
from layers.method.protection import protected
from layers.method.reading import Own
from services.testland.source import TestlandSource
from tests.country import counted
from tests.keys import MadeUpKeys

SHIPPED = load()
CRIME_THEME = SHIPPED.theme("misdrijven")
CRIMES = CRIME_THEME.indicator[0]


def country(secret=b"of tests", **changed):
    """Testland, of which the crimes are confidential."""
    crimes = SHIPPED.sources["misdrijven"]
    added = {
        name: one.model_copy(update={"formula": one.formula.replace(" / 3", "")})
        for name, one in crimes.columns.items()
    }
    of_crimes = crimes.model_copy(update={"status": "vertrouwelijk", "columns": added, **changed})
    known = replace(SHIPPED, sources={**SHIPPED.sources, "misdrijven": of_crimes})
    return Country(TestlandSource(), vintage(2024), known, Own(keyring=MadeUpKeys(secret)))


OPEN, CONFIDENTIAL = Country(TestlandSource(), vintage(2024), SHIPPED), country()


@pytest.fixture(scope="module", params=[AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE])
def pair(request):
    return tuple(one.measures(CRIME_THEME, request.param, 2024)[CRIMES.id] for one in (OPEN, CONFIDENTIAL))


def test_counts_move_no_further_than_declared_small_ones_do_not_leave_and_exposure_stays(pair):
    true, safe = pair
    known = true.events.notna()
    noise = (safe.events - true.events)[known]
    assert noise.abs().max() <= 5
    assert not safe.events.isin([1, 2]).any()
    assert (safe.events[true.events == 0] == 0).all()
    pd.testing.assert_series_equal(safe.exposure, true.exposure)
    assert not safe.confidential
    if len(noise) > 20:
        assert 1 < noise[true.events > 8].var() < 6


def test_another_secret_gives_other_noise_and_the_same_secret_the_same():
    first, same, other = (
        one.measures(CRIME_THEME, AreaLevel.BUURT, 2024)[CRIMES.id].events
        for one in (CONFIDENTIAL, country(), country(b"x"))
    )
    pd.testing.assert_series_equal(first, same)
    assert (first != other).sum() > len(first) / 3


def perturbed_column(counts, secret=b"of tests"):
    """What leaves of a count that is delivered per area, as text with a decimal comma."""
    column = next(iter(SHIPPED.sources["misdrijven"].columns.values()))
    column = column.model_copy(update={"formula": "a", "kind": "count"})
    area = MadeUpKeys(secret).keys("a", map(str, range(len(counts))))
    table = pd.DataFrame({AREA_KEY: area, "a": [None if np.isnan(one) else f"{one:.0f},0" for one in counts]})
    keys = sum_of_keys(table, column, SHIPPED.sources["misdrijven"].periods[:1], ",")
    return perturbed(np.asarray(counts, dtype=float), keys.to_numpy(), Noise()), keys


def test_a_delivered_count_that_changed_has_other_noise_so_that_two_releases_do_not_tell_by_how_much():
    counts = np.arange(500) % 40 + 10
    first, again, second = (perturbed_column(one)[0] for one in (counts, counts, counts + 1))
    np.testing.assert_array_equal(first, again)
    told = second - first
    assert (told == 1).mean() < 0.3
    assert told.std() > 2


def test_where_nothing_is_delivered_there_is_no_key_so_that_what_lies_around_it_gets_no_noise_of_its_own():
    _, keys = perturbed_column([7, 0, 7])
    assert (keys == 0).tolist() == [False, True, False]
    _, unknown = perturbed_column([7, np.nan, 7])
    assert unknown[1] == 0
    assert keys[0] != keys[2]


def test_a_wijk_of_which_all_records_lie_in_one_buurt_has_the_count_of_that_buurt():
    """The same records, so the same noise: what differs by the level would be the noise twice."""
    boundaries = OPEN.results.of(OPEN.area_plan.boundaries_node())
    ids = boundaries.areas.ids
    first = ids.groupby(parents(ids, AreaLevel.WIJK))
    alone = pd.Series(0.0, ids)
    alone[[buurten[0] for buurten in first.values()]] = 7.0
    keys = pd.Series(MadeUpKeys().keys("a", ids), ids).where(alone > 0, np.uint64(0))
    measure = Measure.of("a", alone, alone * 0 + 100, pd.Series(None, ids, dtype=object))
    whole = summed(replace(measure, event_keys=keys), boundaries, OPEN.areas(AreaLevel.WIJK))
    safe = protected(whole, events=Noise(), exposure=None, part=False)
    of_buurten = pd.Series(perturbed(alone.to_numpy(), keys.to_numpy(), Noise()), ids)
    assert safe.events.nunique() > 3
    assert {wijk: safe.events[wijk] for wijk in first} == {wijk: of_buurten[one[0]] for wijk, one in first.items()}


def test_hexagons_get_a_part_of_perturbed_counts_where_records_have_no_keys():
    cells = CONFIDENTIAL.measures(CRIME_THEME, AreaLevel.H3_8, 2024)[CRIMES.id]
    assert cells.interpolated
    assert not cells.confidential
    of_buurten = CONFIDENTIAL.measures(CRIME_THEME, AreaLevel.BUURT, 2024)[CRIMES.id]
    assert cells.events.sum() == pytest.approx(of_buurten.events.sum(), rel=0.01)


def test_nothing_is_computed_from_confidential_counts_that_are_not_perturbed():
    measure = counted([5.0, 6.0], [100.0, 100.0])
    keyed = replace(measure, event_keys=pd.Series(np.array([1, 2], dtype=np.uint64), measure.events.index))
    with pytest.raises(TypeError, match="not perturbed"):
        indicator_values(keyed, indicator=CRIMES, floor=0.0)
    with pytest.raises(TypeError, match="both keys and noise"):
        protected(keyed, events=None, exposure=None, part=False)
    with pytest.raises(TypeError, match="both keys and noise"):
        protected(measure, events=Noise(), exposure=None, part=False)


def test_noise_makes_no_share_of_more_than_all():
    index = pd.Index(["a", "b"])
    keys = pd.Series(np.array([2**63 + 2**62, 2**62], dtype=np.uint64), index)
    shares = Measure.of("huur", pd.Series([20.0, 3.0], index), pd.Series([20.0, 20.0], index),
                        pd.Series(None, index, dtype=object))  # fmt: skip
    safe = protected(replace(shares, event_keys=keys), events=Noise(), exposure=None, part=True)
    assert safe.events["a"] == 20


def test_a_source_without_keys_is_refused_where_it_is_confidential():
    bare = country()
    unkeyed = Country(bare.source, bare.vintage, bare.catalog)
    with pytest.raises(SourceError, match="no keys to protect it by here"):
        unkeyed.measures(CRIME_THEME, AreaLevel.BUURT, 2024)


@pytest.mark.parametrize(("formula", "kind", "safe"), [
    ("a", "count", True), ("a + b - c", "stock", True), ("a", None, False), ("a", "rate", False),
    ("a / b", "count", False), ("2 * a", "count", False),
])  # fmt: skip
def test_only_counts_their_sums_and_differences_are_protected(formula, kind, safe):
    source = SHIPPED.sources["misdrijven"]
    column = next(iter(source.columns.values())).model_copy(update={"formula": formula, "kind": kind})
    source = source.model_copy(update={"status": "vertrouwelijk", "columns": {"x": column}})
    table = pd.DataFrame({AREA_KEY: np.array([1, 2], dtype=np.uint64), "a": 1, "b": 2, "c": 3})
    assert (sum_of_keys(table, column, source.periods[:1]) is not None) == safe
    if safe:
        check_protectable(source, "x")
    else:
        with pytest.raises(SourceError, match="x is confidential, and noise protects counts"):
            check_protectable(source, "x")


def test_the_keys_of_a_sum_are_summed_and_those_of_a_difference_taken_off():
    source = SHIPPED.sources["misdrijven"]
    column = next(iter(source.columns.values())).model_copy(update={"formula": "a + b - c", "kind": "count"})
    table = pd.DataFrame(
        {key_column(name): np.array([key], np.uint64) for name, key in (("a", 5), ("b", 7), ("c", 13))}
    )
    assert sum_of_keys(table, column, source.periods[:1]).tolist() == [(5 + 7 - 13) % 2**64]
    assert sum_of_keys(table[[key_column("a")]], column, source.periods[:1]) is None


@pytest.mark.parametrize(("level", "levels"), [
    (AreaLevel.BUURT, {"buurt"}), (AreaLevel.WIJK, {"buurt", "wijk"}), (AreaLevel.H3_8, {"buurt"}),
])  # fmt: skip
def test_what_leaves_with_a_layer_is_all_perturbed_counts_that_it_is_computed_from(level, levels):
    """Wijken are compared with what their buurten make expected; hexagons get a part of those of buurten."""
    rows = CONFIDENTIAL.results.of(CONFIDENTIAL.measure_plan.leaving_node(CRIME_THEME, level, 2024))
    assert set(rows["level"]) == levels
    assert {"misdrijven: misdrijven_2024 / kerncijfers.inwoners"} <= set(rows["count"])
    of_buurten = CONFIDENTIAL.measures(CRIME_THEME, AreaLevel.BUURT, 2024)[CRIMES.id].events
    told = rows[(rows["level"] == "buurt") & rows["count"].str.endswith("/ kerncijfers.inwoners")]
    published = told.set_index("area")["published"]
    pd.testing.assert_series_equal(published, of_buurten[published.index], check_names=False)
    assert OPEN.results.of(OPEN.measure_plan.leaving_node(CRIME_THEME, level, 2024)) is None


def test_confidential_exposure_has_the_floor_of_counts_where_that_is_higher():
    """What is counted below the fraction bar is as much of somebody as what is counted above it."""
    people = SHIPPED.sources["kerncijfers"]
    inhabitants = {"inwoners": people.columns["inwoners"].model_copy(update={"kind": "stock"})}
    own = people.model_copy(update={"status": "vertrouwelijk", "columns": {**people.columns, **inhabitants}})
    known = replace(SHIPPED, sources={**SHIPPED.sources, "kerncijfers": own})
    confidential = Country(TestlandSource(), vintage(2024), known, Own(keyring=MadeUpKeys()))
    privacy = CRIME_THEME.privacy.model_copy(update={"min_count": 40.0, "min_exposure": 0.0})
    theme = CRIME_THEME.model_copy(update={"privacy": privacy, "indicator": (CRIMES,)})
    few, many = (one.measures(theme, AreaLevel.BUURT, 2024)[CRIMES.id] for one in (confidential, OPEN))
    assert (few.exposure != many.exposure).any()
    below = few.exposure.between(1, 39)
    assert below.any()
    assert (few.reason[below] == "small_exposure").all()
    assert not (many.reason == "small_exposure").any()
