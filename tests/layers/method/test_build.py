"""A layer built on a board of squares with a hot place in the middle, in which one figure is too small to show."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.deviations import LIMIT
from geo.errors import StatisticError
from geo.measures import Measure
from geo.statistics.by_name import SEARCHES
from geo.unknown import Unknown
from tests.layers.declared import HOT, LENS, QUIET, THEME, board, built, catalog, counts, measures

AREAS, NEIGHBORS, CODE = board()
COUNTS = counts(CODE)
QUIET_CODE = CODE[QUIET]
HOT_CODES = {CODE[place] for place in HOT}


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    return catalog(tmp_path_factory.mktemp("declared"))


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory):
    """The same theme, that shows every count."""
    return catalog(tmp_path_factory.mktemp("unguarded"), themes_proef=THEME.replace("min_count = 5", "min_count = 0"))


@pytest.fixture(scope="module")
def layer(declared):
    return built(declared, COUNTS)


@pytest.fixture(scope="module")
def shown(unguarded):
    return built(unguarded, COUNTS)


def unknown_at(place, column="misdrijven"):
    table = COUNTS.astype(float)
    table.loc[CODE[place], column] = np.nan
    return table


def test_the_hot_place_is_the_first_zoekgebied_across_the_border(layer):
    first = layer.zoekgebieden[0]
    assert first.rank == 1
    assert {CODE[5, 5], CODE[5, 6], CODE[6, 6]} <= set(first.areas) <= HOT_CODES
    assert {area[2:6] for area in first.areas} == {"0363", "0599"}
    assert max(first.reasons, key=first.reasons.get) == "misdrijven"


def test_a_suppressed_area_has_no_value_deviation_score_or_test_and_says_why(layer):
    assert layer.reasons.loc[QUIET_CODE, "misdrijven"] == Unknown.SMALL_COUNT
    assert layer.reason[QUIET_CODE] == Unknown.SMALL_COUNT
    assert np.isnan(layer.values.loc[QUIET_CODE, "misdrijven"])
    assert np.isnan(layer.deviations.loc[QUIET_CODE, "misdrijven"])
    assert np.isnan(layer.score.contributions.loc[QUIET_CODE, "misdrijven"])
    assert np.isnan(layer.score.value[QUIET_CODE])
    assert np.isnan([getattr(layer.result, part)[QUIET_CODE] for part in ("statistic", "p", "q")]).all()


def test_a_suppressed_area_has_no_contributions(layer):
    assert layer.score.contributions.loc[QUIET_CODE].isna().all()


def test_a_suppressed_area_is_in_no_zoekgebied_though_it_would_be(layer, unguarded):
    bold = COUNTS.copy()
    bold.loc[QUIET_CODE, ["inwoners", "huishoudens", "huurders"]] = [60, 60, 50]  # 3 of 60: a high rate
    assert any(QUIET_CODE in one.areas for one in built(unguarded, bold).zoekgebieden)
    assert not any(QUIET_CODE in one.areas for one in layer.zoekgebieden)


def test_the_statistic_uses_what_is_suppressed(layer, shown):
    others = AREAS.ids != QUIET_CODE
    for part in ("statistic", "p", "q"):
        assert getattr(layer.result, part)[others].equals(getattr(shown.result, part)[others])
    assert layer.tested == shown.tested == len(AREAS)


def test_left_out_it_would_have_made_its_neighbours_look_hotter(declared, layer):
    without = built(declared, unknown_at(QUIET)).result.statistic
    around = [CODE[QUIET[0] + east, QUIET[1] + north] for east in (-1, 1) for north in (-1, 0)]
    assert (without[around] > layer.result.statistic[around]).all()


def test_a_small_count_without_weight_hides_no_score(unguarded, declared):
    """Only what the score is made of can give it away."""
    few = measures(COUNTS)["huur"]
    few = replace(few, events=few.events.mask(AREAS.ids == CODE[0, 0], 2.0))
    with_lens = built(declared, COUNTS, "nabij", huur=few)
    assert with_lens.reasons.loc[CODE[0, 0], "huur"] == Unknown.SMALL_COUNT
    assert with_lens.score.value.notna()[CODE[0, 0]]
    assert built(declared, COUNTS, huur=few).reason[CODE[0, 0]] == Unknown.SMALL_COUNT
    assert built(unguarded, COUNTS, huur=few).reason.isna().all()


def test_contributions_add_up_to_the_score(layer):
    tested = layer.score.value.notna()
    summed = layer.score.contributions[tested].sum(axis=1)
    assert summed.to_numpy() == pytest.approx(layer.score.value[tested].to_numpy())


def test_every_part_is_about_the_same_areas_in_the_same_order(layer):
    tables = (layer.values, layer.deviations, layer.score.contributions, layer.reasons, layer.exposure)
    columns = (layer.score.value, layer.result.q, layer.reason)
    assert all(part.index.equals(AREAS.ids) for part in (*tables, *columns))


def test_there_is_a_reason_exactly_where_there_is_no_value(layer):
    assert (layer.values.isna() == layer.reasons.notna()).all(axis=None)
    assert layer.reason.notna().equals(layer.score.value.isna())


def test_values_and_national_values_have_the_scale_of_the_indicator(layer):
    national = COUNTS["misdrijven"].sum() / COUNTS["inwoners"].sum()
    assert layer.national["misdrijven"] == pytest.approx(1000 * national)
    assert layer.national["huur"] == pytest.approx(100 * COUNTS["huurders"].sum() / COUNTS["huishoudens"].sum())
    assert layer.values["huur"].between(20, 60).all()


def test_deviations_are_cut_off(layer):
    assert layer.deviations.abs().max().max() <= LIMIT


def test_a_low_direction_turns_the_deviation_round(declared, tmp_path):
    turned = catalog(tmp_path, themes_proef=THEME.replace('direction = "low"', 'direction = "high"'))
    low, high = (built(one, COUNTS, "nabij").deviations["afstand"] for one in (declared, turned))
    assert low.equals(-high)
    assert low[COUNTS["afstand"].idxmax()] < 0


def low(theme, indicator):
    """The theme, looking for low values of an indicator."""
    return theme.replace(f'id = "{indicator}"', f'id = "{indicator}"\ndirection = "low"')


@pytest.mark.parametrize(
    ("indicator", "column", "exposure", "usual"),
    [("misdrijven", "misdrijven", "inwoners", 0.3), ("huur", "huurders", "huishoudens", 0.6)],
    ids=["rate", "share"],
)
def test_a_low_direction_finds_the_low_cluster(tmp_path, indicator, column, exposure, usual):
    """The residual of a rate, or deviation of a share, that is searched in is turned round with the deviation."""
    rng = np.random.default_rng(5)
    other = {"misdrijven": "huurders", "huurders": "misdrijven"}[column]
    of_other = COUNTS["inwoners" if other == "misdrijven" else "huishoudens"]
    table = COUNTS.assign(**{column: rng.binomial(COUNTS[exposure], usual), other: (of_other * 0.3).round()})
    quiet = sorted(HOT_CODES)
    table.loc[quiet, column] = rng.binomial(table.loc[quiet, exposure], usual / 3)
    declared = catalog(tmp_path, themes_proef=low(THEME, indicator))
    first = built(declared, table).zoekgebieden[0]
    assert len(first.areas) >= 4
    assert set(first.areas) <= HOT_CODES


def test_a_level_is_searched_in_its_deviations_and_not_in_residuals_of_counts(tmp_path):
    lens = LENS.replace('theme = "proef"', 'theme = "proef"\nothers = "drop"')
    of_distance = built(catalog(tmp_path, lenses_nabij=lens), COUNTS, "nabij")
    expected = SEARCHES["getis_ord"](of_distance.deviations["afstand"], NEIGHBORS, alternative="greater")
    assert of_distance.result.statistic.to_numpy() == pytest.approx(expected.statistic.to_numpy(), nan_ok=True)


def test_what_is_less_than_elsewhere_is_not_flagged(layer):
    assert layer.result.alternative == "greater"
    assert (layer.result.p[layer.result.statistic < 0] > 0.4).all()


def test_a_lens_weighs_otherwise_and_changes_no_value(declared, layer):
    lens = built(declared, COUNTS, "nabij")
    assert list(layer.score.contributions) == ["misdrijven", "huur"]
    assert list(lens.score.contributions) == ["misdrijven", "afstand"]
    assert lens.values.equals(layer.values)
    assert lens.deviations.equals(layer.deviations)


def test_an_id_tells_theme_lens_level_period_and_vintage(declared, layer):
    assert layer.zoekgebieden[0].id.startswith("proef-basis-buurt-2024-2024-")
    assert all(
        one.id.startswith("proef-nabij-buurt-2024-2024-") for one in built(declared, COUNTS, "nabij").zoekgebieden
    )


def test_two_runs_give_the_same(declared, layer):
    again = built(declared, COUNTS)
    assert again.zoekgebieden == layer.zoekgebieden
    assert again.score.value.equals(layer.score.value)
    assert again.result.q.equals(layer.result.q)


def test_the_order_in_which_indicators_are_declared_changes_nothing(layer, tmp_path):
    head, *parts = THEME.split("[[indicator]]")
    turned = "[[indicator]]".join([head, *(f"{part}\n" for part in parts[::-1])])
    other = built(catalog(tmp_path, themes_proef=turned), COUNTS)
    assert [(one.id, one.areas) for one in other.zoekgebieden] == [(one.id, one.areas) for one in layer.zoekgebieden]
    assert other.score.value.to_numpy() == pytest.approx(layer.score.value.to_numpy(), nan_ok=True)


def test_figures_that_were_interpolated_are_scored_but_not_searched(declared):
    interpolated = replace(measures(COUNTS)["huur"], interpolated=True)
    analysis = built(declared, COUNTS, huur=interpolated)
    assert analysis.zoekgebieden == ()
    assert analysis.tested == 0
    assert analysis.result.q.isna().all()
    assert analysis.score.value.notna().sum() == len(AREAS) - 1
    assert analysis.reason[CODE[0, 0]] == Unknown.INTERPOLATED
    assert analysis.reason[QUIET_CODE] == Unknown.SMALL_COUNT


def test_figures_that_were_interpolated_but_do_not_weigh_are_no_hindrance(declared, layer):
    interpolated = replace(measures(COUNTS)["afstand"], interpolated=True)
    assert built(declared, COUNTS, afstand=interpolated).zoekgebieden == layer.zoekgebieden


def test_an_area_of_which_too_little_is_known_has_no_score_and_says_so(declared):
    analysis = built(declared, unknown_at((0, 0)))
    assert analysis.reason[CODE[0, 0]] == Unknown.FEW_INDICATORS
    assert analysis.reasons.loc[CODE[0, 0], "misdrijven"] == Unknown.ABSENT
    assert analysis.values.loc[CODE[0, 0], "huur"] > 0
    assert analysis.tested == len(AREAS) - 1


def test_an_area_of_which_enough_is_known_is_scored_by_that(declared):
    analysis = built(declared, unknown_at((0, 0), "huurders"))
    assert analysis.score.value[CODE[0, 0]] == analysis.deviations.loc[CODE[0, 0], "misdrijven"]


def test_an_area_amid_unknown_ones_is_not_called_an_island(declared):
    table = COUNTS.astype(float)
    table.loc[[CODE[place] for place in ((0, 1), (1, 0), (1, 1))], "misdrijven"] = np.nan
    analysis = built(declared, table)
    assert analysis.reason[CODE[0, 0]] not in (None, Unknown.ISLAND)


def test_where_nobody_lives_nothing_is_known(declared):
    table = COUNTS.copy()
    table.loc[CODE[0, 0], ["inwoners", "huishoudens", "huurders"]] = 0
    analysis = built(declared, table)
    assert set(analysis.reasons.loc[CODE[0, 0]]) == {Unknown.NO_EXPOSURE}
    assert analysis.reason[CODE[0, 0]] == Unknown.FEW_INDICATORS


def test_a_country_where_nothing_happens_has_nothing_to_search(declared):
    """Not a layer without zoekgebieden: there is nothing to compare."""
    table = COUNTS.assign(misdrijven=0, huurders=0)
    with pytest.raises(StatisticError, match="do not differ: nothing to test"):
        built(declared, table)


def test_a_pattern_without_place_gives_few_false_alarms(declared):
    rng = np.random.default_rng(0)
    flagged = 0
    for _ in range(5):
        table = COUNTS.assign(misdrijven=rng.poisson(COUNTS["inwoners"] * 0.03))
        flagged += sum(len(one.areas) for one in built(declared, table).zoekgebieden)
    assert flagged <= 5  # of 720


def test_the_measures_are_left_as_they_were(declared):
    made = measures(COUNTS)
    before = {name: one.events.copy() for name, one in made.items()}
    built(declared, COUNTS, **made)
    assert all(made[name].events.equals(events) for name, events in before.items())
    assert isinstance(made["huur"], Measure)
    assert isinstance(COUNTS, pd.DataFrame)


@pytest.fixture(scope="module")
def of_places(tmp_path_factory):
    """The same theme, that searches for whole places."""
    theme = THEME.replace('statistic = "getis_ord"', 'statistic = "place_scan"')
    return catalog(tmp_path_factory.mktemp("places"), themes_proef=theme)


def test_a_search_for_places_finds_a_part_to_visit_and_the_zone_it_lies_in(of_places):
    analysis = built(of_places, COUNTS)
    first, *rest = analysis.zoekgebieden
    assert {*first.areas, *(area for one in rest for area in one.areas)} <= HOT_CODES
    assert 9 <= len(first.areas) <= 12
    assert set(first.weights) == set(first.areas)
    assert (analysis.result.q[list(first.areas)] == first.q).all()
    (zone,) = analysis.zones
    assert len(HOT_CODES & set(zone.areas)) >= 14 > len(set(zone.areas) - HOT_CODES)


def test_a_flag_means_high(of_places):
    """Above the mean by its score, and above the national value on what weighs most."""
    bold = COUNTS.copy()
    quiet = sorted(HOT_CODES)[4]
    bold.loc[quiet, ["misdrijven", "huurders"]] = [5, bold.loc[quiet, "huishoudens"]]
    analysis = built(of_places, bold)
    flagged = [area for one in analysis.zoekgebieden for area in one.areas]
    assert flagged
    assert quiet not in flagged
    assert (analysis.score.value[flagged] > 0).all()
    assert (analysis.values.loc[flagged, "misdrijven"] > analysis.national["misdrijven"]).all()


def test_a_zoekgebied_holds_no_more_areas_than_the_theme_says(tmp_path):
    theme = THEME.replace('statistic = "getis_ord"', 'statistic = "place_scan"\nlargest = 3')
    analysis = built(catalog(tmp_path, themes_proef=theme), COUNTS)
    assert analysis.zoekgebieden
    assert all(len(one.areas) <= 3 for one in analysis.zoekgebieden)


def test_places_are_found_in_shares_and_levels_too(of_places):
    assert built(of_places, COUNTS, "nabij").tested == len(AREAS)


def test_a_location_quotient_shows_times_the_national_share_and_moves_no_score(tmp_path, declared):
    text = THEME.replace("scale = 1000\n", "quotient = true\n")
    quotient, plain = built(catalog(tmp_path, themes_proef=text)), built(declared)
    shown, rates = quotient.values["misdrijven"], plain.values["misdrijven"] / plain.national["misdrijven"]
    assert shown.to_numpy() == pytest.approx(rates.to_numpy(), nan_ok=True)
    assert quotient.national["misdrijven"] == 1
    assert quotient.score.value.equals(plain.score.value)
    assert quotient.result.q.equals(plain.result.q)
