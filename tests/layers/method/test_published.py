"""What is published is what was analysed, in the declared columns and in words, and nothing that was suppressed."""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from boundaries.rd import RD_NEW
from geo.areas import AreaLevel
from layers.method.published import DECIMALS, published_layer
from layers.publication.collection import names
from layers.publication.fields import layer_fields, zoekgebied_fields
from layers.publication.layer import Layer, LayerKey
from layers.publication.reasons import LABELS
from tests.layers.declared import HOT, QUIET, board, built, catalog, counts, layer, provenance

AREAS, _, CODE = board()
COUNTS = counts(CODE)
QUIET_CODE = CODE[QUIET]


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    return catalog(tmp_path_factory.mktemp("declared"))


@pytest.fixture(scope="module")
def analysis(declared):
    return built(declared, COUNTS)


@pytest.fixture(scope="module")
def published(declared, analysis):
    return layer(declared, analysis)


@pytest.fixture(scope="module")
def table(published):
    return published.table.set_index("gebiedscode")


@pytest.fixture(scope="module", params=["GM0363", "GM0599"])
def part(request, declared, analysis):
    return layer(declared, analysis, gemeente=request.param)


def test_columns_are_exactly_the_fields(published):
    indicators = published.theme.indicator
    assert list(published.table.columns) == [*names(layer_fields(indicators)), "geometry"]
    assert list(published.zoekgebieden.columns) == [*names(zoekgebied_fields(indicators)), "geometry"]
    assert published.table.crs == published.zoekgebieden.crs == RD_NEW


def test_every_area_is_there_once_with_its_polygon(published, table):
    assert sorted(table.index) == sorted(AREAS.ids)
    assert published.table["id"].is_unique
    assert table.geometry.loc[AREAS.ids].geom_equals(AREAS.table.geometry).all()


def test_values_are_those_that_were_built_to_four_decimals(analysis, table):
    for one in ("misdrijven", "huur", "afstand"):
        pairs = {
            one: analysis.values[one], f"{one}_afwijking": analysis.deviations[one],
            "score": analysis.score.value, "q": analysis.result.q.clip(lower=10.0**-DECIMALS),
        }  # fmt: skip
        for column, built_as in pairs.items():
            there = table[column].loc[AREAS.ids].to_numpy(dtype=float)
            assert there == pytest.approx(built_as.to_numpy(), abs=0.51 * 10**-DECIMALS, nan_ok=True)


def test_published_contributions_add_up_to_the_published_score(table):
    scored = table[table["score"].notna()]
    summed = scored[["misdrijven_bijdrage", "huur_bijdrage"]].sum(axis=1)
    assert summed.to_numpy() == pytest.approx(scored["score"].to_numpy(), abs=1.5 * 10**-DECIMALS)
    assert table["afstand_bijdrage"].isna().all()


def test_reasons_are_codes_and_stand_exactly_where_there_is_no_value(table):
    for one in ("misdrijven", "huur", "afstand"):
        assert (table[one].isna() == table[f"{one}_reden"].notna()).all()
        assert set(table[f"{one}_reden"].dropna()) <= set(LABELS)
    assert set(table["reden"].dropna()) <= set(LABELS)


def test_a_suppressed_figure_is_nowhere(published, table):
    quiet = table.loc[QUIET_CODE]
    assert quiet["reden"] == quiet["misdrijven_reden"] == "klein_aantal"
    assert quiet[["misdrijven", "misdrijven_afwijking", "misdrijven_bijdrage", "score", "q"]].isna().all()
    assert not quiet["kansrijk"]
    assert not published.zoekgebieden["gebiedscodes"].str.contains(QUIET_CODE).any()


def test_an_area_is_kansrijk_exactly_where_it_is_in_a_zoekgebied(published, table):
    inside = [code for codes in published.zoekgebieden["gebiedscodes"] for code in codes.split(",")]
    assert sorted(table.index[table["kansrijk"]]) == sorted(inside)


def test_a_zoekgebied_says_where_how_large_and_why(published):
    first = published.zoekgebieden.iloc[0]
    assert first["rang"] == 1
    assert first["aantal_gebieden"] == len(first["gebiedscodes"].split(","))
    assert first["gemeenten"] == "Cijferveen, Letterstad"
    assert f"{first['aantal_gebieden']} buurten in Cijferveen en Letterstad" in first["toelichting"]
    assert "Misdrijven: " in first["toelichting"]
    assert " keer zo veel." in first["toelichting"]
    assert "Afstand" not in first["toelichting"]


def test_a_zoekgebied_is_called_after_its_strongest_area(published, table):
    first = published.zoekgebieden.iloc[0]
    strongest = table.loc[first["gebiedscodes"].split(","), "score"].idxmax()
    assert first["titel"].startswith(table.loc[strongest, "gebiedsnaam"])


def test_the_explanation_has_the_mean_weighed_by_exposure_beside_the_country(published, analysis):
    first = published.zoekgebieden.iloc[0]
    areas = first["gebiedscodes"].split(",")
    value = np.average(analysis.values.loc[areas, "misdrijven"], weights=COUNTS.loc[areas, "inwoners"])
    national = analysis.national["misdrijven"]
    times = f"{round(value) / round(national):.1f}".replace(".", ",")
    text = f"Misdrijven: {value:.0f} per 1.000 inwoners, landelijk {national:.0f}. Dat is {times} keer zo veel."
    assert text in first["toelichting"]


def test_the_outline_of_a_zoekgebied_is_that_of_its_areas(published):
    for row in published.zoekgebieden.itertuples():
        whole = shapely.union_all(AREAS.table.geometry[row.gebiedscodes.split(",")])
        assert row.geometry.symmetric_difference(whole).area < 1


def test_a_gemeente_shows_its_own_areas_only(part, table):
    gemeente = part.key.gemeente
    assert set(part.table["gemeentecode"]) == {gemeente}
    whole = table[table["gemeentecode"] == gemeente]
    assert part.table.set_index("gebiedscode")["score"].equals(whole["score"])
    assert part.table.set_index("gebiedscode")["q"].equals(whole["q"])


def test_a_gemeente_keeps_every_zoekgebied_that_touches_it_and_ranks_anew(part, published):
    own = part.key.gemeente[2:]
    touching = published.zoekgebieden[published.zoekgebieden["gebiedscodes"].str.contains(f"BU{own}")]
    assert part.zoekgebieden["id"].tolist() == touching["id"].tolist()
    assert part.zoekgebieden["rang"].tolist() == list(range(1, len(touching) + 1))
    assert part.zoekgebieden["gebiedscodes"].iloc[0] == published.zoekgebieden["gebiedscodes"].iloc[0]
    assert len(touching)


def test_without_zoekgebieden_there_is_an_empty_table_of_the_same_columns(declared):
    even = built(declared, COUNTS.assign(misdrijven=(COUNTS["inwoners"] * 0.03).round()))
    nothing = layer(declared, even)
    assert len(nothing.zoekgebieden) == 0
    assert list(nothing.zoekgebieden.columns) == [*names(zoekgebied_fields(nothing.theme.indicator)), "geometry"]
    assert not nothing.table["kansrijk"].any()


def test_an_area_has_its_place_its_difference_and_the_bounds_of_its_rate(published):
    table = published.table
    scored = table[table["score"].notna() & table["reden"].isna()]
    higher = [(scored["score"] > score).sum() for score in scored["score"]]
    assert (scored["rang_score"] == np.array(higher) + 1).all()
    assert (scored["rang_score_van"] == len(scored)).all()
    assert table.loc[table["score"].isna(), "rang_score"].isna().all()
    national = published.summary["national"]["misdrijven"]
    assert (table["misdrijven_verschil"] - (table["misdrijven"] - national)).abs().max() < 0.001
    known = table["misdrijven"].notna()
    assert (table["misdrijven_laag"] < table["misdrijven"])[known].all()
    assert (table["misdrijven"] < table["misdrijven_hoog"])[known].all()
    assert table.loc[~known, ["misdrijven_laag", "misdrijven_hoog", "misdrijven_rang"]].isna().all(axis=None)


def test_counts_with_noise_have_no_interval(declared):
    theme, key = declared.theme("proef"), LayerKey("proef", AreaLevel.BUURT, 2024, "basis", None)
    noisy = replace(provenance(), sources={"tellingen": "vertrouwelijk"})
    table = published_layer(built(declared, COUNTS), key, theme, None, noisy, 0.0).table
    assert table["misdrijven"].notna().any()
    assert table[["misdrijven_laag", "misdrijven_hoog"]].isna().all(axis=None)


def test_the_summary_counts_what_was_tested_and_what_has_no_score(published):
    summary = published.summary
    assert (summary["areas"], summary["tested"], summary["scored"]) == (144, 144, 143)
    assert summary["without_score"] == {"small_count": 1}
    assert json.dumps(summary)


def test_the_lens_and_the_period_are_in_every_row_and_id(declared):
    lens = layer(declared, built(declared, COUNTS, "nabij"), "nabij")
    assert set(lens.table["lens"]) == {"nabij"}
    assert lens.table["id"].str.endswith("-2024-nabij").all()
    assert lens.table["huur_bijdrage"].isna().all()


def test_a_published_q_is_never_zero(declared):
    table = COUNTS.copy()
    table.loc[[CODE[place] for place in HOT], "misdrijven"] *= 5
    analysis = built(declared, table)
    assert analysis.result.q.min() < 0.00005
    certain = replace(analysis, zoekgebieden=(replace(analysis.zoekgebieden[0], q=1e-9),))
    published = layer(declared, certain)
    assert published.table["q"].min() == 0.0001
    assert published.zoekgebieden["q"].tolist() == [0.0001]


@pytest.mark.parametrize("column", ["score", "q", "misdrijven", "misdrijven_afwijking", "misdrijven_bijdrage"])
def test_published_figures_have_four_decimals(table, column):
    figures = table[column].dropna().to_numpy(dtype=float) * 10_000
    assert figures == pytest.approx(figures.round(), abs=1e-6)
    assert (figures.round() % 10 != 0).mean() > 0.2


def test_a_zoekgebied_has_four_decimals(published):
    figures = published.zoekgebieden[["score", "misdrijven_bijdrage", "huur_bijdrage"]].to_numpy(dtype=float) * 10_000
    assert figures == pytest.approx(figures.round(), abs=1e-6)
    assert (figures.round() % 10 != 0).any()


def test_there_is_a_reason_exactly_where_an_area_was_not_tested(declared):
    table = COUNTS.astype(float)
    table.loc[[CODE[place] for place in ((0, 1), (1, 0), (1, 1))], "misdrijven"] = np.nan
    published = layer(declared, built(declared, table)).table
    assert (published["reden"].notna() == published["q"].isna()).all()


def test_a_layer_with_other_columns_is_refused(published):
    with pytest.raises(ValueError, match="are not the fields"):
        Layer(
            published.key,
            published.theme,
            None,
            published.table.drop(columns="q"),
            published.zoekgebieden,
            published.provenance,
        )


def test_a_layer_with_a_value_and_a_reason_is_refused(published):
    with pytest.raises(ValueError, match="misdrijven must have a reason exactly where it has no value"):
        Layer(
            published.key,
            published.theme,
            None,
            published.table.assign(misdrijven=1.0),
            published.zoekgebieden,
            published.provenance,
        )
