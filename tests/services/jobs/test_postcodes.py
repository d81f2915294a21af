"""Figures per postcode come to the buurten of a theme by what is counted there; what did not come is said by name."""

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import DeclarationError, SourceError
from geo.measures import Measure
from geo.rates import rates
from geo.unknown import Unknown
from layers.messages import speaking
from layers.method.country import Country
from services.cache.encoding import decoded, encoded
from services.downloads import postcodes as downloads
from services.http.client import Client
from services.jobs import fetch as job
from services.jobs import fetchable
from services.jobs.build import LayerRequest, build, open_country
from services.jobs.plan import planned
from tests.country import CORNER, SIDE, raw, squares
from tests.layers.declared import SOURCE, THEME, catalog
from tests.standin import pdok
from tests.standin.server import Standin

AREAS = squares(12, 12)
PER_POSTCODE = """
id = "postcodes"
title = "Woningen per postcode"
publisher = "CBS"
license = "CC BY 4.0"
url = "https://example.org/pc4"
attribution = "CBS"
status = "open"
level = "pc4"
key = "PC4"
vintage = 2024
codes_of = 2020
periods = [2024]
rounded_to = 5

[dasymetric]
source = "tellingen"
column = "huishoudens"

[table]
path = "pc4.csv"

[columns.woningen]
kind = "stock"
title = "Woningen"
formula = "WONING"

[columns.leeg]
kind = "stock"
title = "Woningen waarin niemand woont"
formula = "WON_NBEW"

[columns.woz]
kind = "rate"
per = "woningen"
title = "Gemiddelde WOZ-waarde"
formula = "WOZWONING"
"""
LEEG = """
[[indicator]]
id = "leegstand"
title = "Leegstand"
why = "Waar niemand woont ziet niemand iets."
source = "postcodes"
value = "leeg"
per = "woningen"
share = true

[[indicator]]
id = "woz"
title = "WOZ"
why = "Goedkoop."
source = "postcodes"
value = "woz"
mean_weight = "woningen"
weight = 0
"""
COUNTED = SOURCE.replace('title = "Huishoudens"', 'title = "Huishoudens"\nkind = "stock"')
FILES = {"sources_tellingen": COUNTED, "sources_postcodes": PER_POSTCODE, "themes_proef": THEME + LEEG}


def postcodes():
    """Postcodes of 1,300 m, so that their borders follow those of no buurten of 500 m."""
    west, south = (
        one.ravel() for one in np.meshgrid(CORNER[0] + np.arange(0, 6000, 1300), CORNER[1] + np.arange(0, 6000, 1300))
    )
    end = np.array(CORNER) + 12 * SIDE
    shapes = shapely.box(west, south, np.minimum(west + 1300, end[0]), np.minimum(south + 1300, end[1]))
    codes = [str(1011 + at) for at in range(len(shapes))]
    return geopandas.GeoDataFrame({"postcode": codes}, geometry=shapes, crs=28992)


def table():
    """Its figures, as CBS writes them: 1012 is secret; 1099 is not among the polygons."""
    codes = [*postcodes()["postcode"], "1099"]
    homes = 1000 + 50 * np.arange(len(codes))
    figures = pd.DataFrame({"PC4": codes, "WONING": homes, "WON_NBEW": homes // 10, "WOZWONING": 200 + homes})
    figures.loc[1, ["WONING", "WON_NBEW", "WOZWONING"]] = -99997
    return figures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "boundaries").mkdir(parents=True)
    raw(AREAS).to_file(data / "boundaries/buurten-2024.gpkg")
    postcodes().to_file(data / "boundaries/pc4-2020.gpkg")
    table().to_csv(data / "pc4.csv", index=False)
    at = np.arange(len(AREAS))
    counts = {"inwoners": 300 + at, "huishoudens": 100 + at % 7, "misdrijven_2024": 20, "misdrijven_2023": 20}
    counts |= {"huurders": 40 + at % 5, "afstand": 500}
    pd.DataFrame({"buurtcode": AREAS.ids, **counts}).to_csv(data / "tellingen.csv", index=False)
    return data


def country(folder: Path, **files: str) -> Country:
    (folder.parent / "declared").mkdir(exist_ok=True)
    return open_country(str(folder), catalog(folder.parent / "declared", **FILES | files), 2024, folder.parent / "home")


def expected(column: str, of: str | None = None) -> pd.Series:
    """The same by an overlay of geopandas, where the secret postcode takes no part."""
    households = pd.Series(100 + np.arange(len(AREAS)) % 7, AREAS.ids)
    areas = AREAS.table[["geometry"]].rename_axis("buurt").reset_index()
    pieces = geopandas.overlay(postcodes(), areas, how="intersection", keep_geom_type=True)
    pieces["weight"] = pieces.geometry.area * pieces["buurt"].map(households)
    pieces["share"] = pieces["weight"] / pieces.groupby("postcode")["weight"].transform("sum")
    figures = table().replace(-99997, np.nan).set_index("PC4")
    part = pieces["share"] * pieces["postcode"].map(figures[of or column])
    if of is not None:
        return (part * pieces["postcode"].map(figures[column])).groupby(pieces["buurt"]).sum() / part.groupby(
            pieces["buurt"]
        ).sum()
    known = pieces["weight"].where(part.notna(), 0).groupby(pieces["buurt"]).sum()
    enough = known >= 0.9 * pieces["weight"].groupby(pieces["buurt"]).sum()
    return part.groupby(pieces["buurt"]).sum().where(enough)


def test_counts_are_divided_by_households_and_means_weighed_by_homes_as_an_overlay_has_it(folder: Path):
    opened = country(folder)
    measures = opened.measures(opened.catalog.theme("proef"), AreaLevel.BUURT, 2024)
    vacant, worth = measures["leegstand"], measures["woz"]
    pd.testing.assert_series_equal(vacant.exposure, expected("WONING"), check_names=False)
    pd.testing.assert_series_equal(vacant.events, expected("WON_NBEW"), check_names=False)
    means = (worth.events / worth.exposure)[worth.known]
    assert len(means) > 100
    assert means.to_numpy() == pytest.approx(expected("WOZWONING", "WONING")[means.index].to_numpy())
    assert vacant.interpolated
    assert worth.interpolated
    assert not measures["misdrijven"].interpolated
    # 1012 is secret: its buurten are unknown; those of which it has a sliver are not.
    assert vacant.events.isna().sum() == 12
    assert set(vacant.reason.dropna()) == {Unknown.PARTLY}
    # Half a step of each postcode, divided as its homes are.
    assert vacant.exposure_margin.sum() == pytest.approx(2 * (len(postcodes()) - 1), rel=0.05)


def test_a_rate_over_what_another_source_counts_per_buurt_is_shrunk_per_postcode_too(folder: Path):
    declared = (THEME + LEEG).replace(
        'per = "woningen"\nshare = true', 'per = "tellingen.huishoudens"\nmin_exposure = 1'
    )
    opened = country(folder, themes_proef=declared)
    measure = opened.measures(opened.catalog.theme("proef"), AreaLevel.BUURT, 2024)["leegstand"]
    households = pd.Series(100.0 + np.arange(len(AREAS)) % 7, AREAS.ids)
    pieces = geopandas.overlay(
        postcodes(), AREAS.table[["geometry"]].rename_axis("buurt").reset_index(), keep_geom_type=True
    )
    pieces["weight"] = pieces.geometry.area / SIDE**2 * pieces["buurt"].map(households)
    pieces = pieces[pieces["postcode"] != "1012"]  # secret
    exposure = pieces.groupby("postcode")["weight"].sum()
    vacant = table().set_index("PC4")["WON_NBEW"].reindex(exposure.index)
    unknown = pd.Series(None, exposure.index, dtype=object)
    there = rates(Measure.of("leegstand", vacant, exposure, unknown, margins=(vacant * 0 + 2.0, None)))
    assert there.std() < (vacant / exposure).std()
    total = pieces["weight"].groupby(pieces["buurt"]).sum()
    wanted = (pieces["weight"] * pieces["postcode"].map(there)).groupby(pieces["buurt"]).sum() / total
    known = measure.known[measure.known].index
    assert len(known) == 132
    pd.testing.assert_series_equal(rates(measure)[known], wanted[known], check_names=False)


class Nobody:
    """Watches a fetch, and says nothing."""

    def on_progress(self, *_: object) -> None: ...

    def on_retry(self, *_: object) -> None: ...

    def on_end(self, *_: object) -> None: ...


def test_the_boundaries_that_a_theme_needs_are_fetched_with_it_and_it_is_built_with_these(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / "boundaries/pc4-2020.gpkg").unlink()
    declared = country(folder).catalog
    wanted, skipped = fetchable.jobs(declared, ["proef"], vintage(2024))
    assert set(skipped) == {"postcodes", "tellingen"}
    monkeypatch.setattr(downloads, "LEAST", 25)
    years = {
        2020: postcodes().astype({"postcode": int}),
        2024: postcodes().iloc[::-1].assign(postcode=range(2000, 2025)),
    }
    with Standin(pdok.Postcodes(years)) as server:
        client = Client(folder.parent / "cache", gateway=server.url)
        done = job.fetch([one for one in wanted if one.name == "pc4-2020"], client, folder, Nobody())
    assert not done.faults
    opened = country(folder)
    theme = opened.catalog.theme("proef")
    vacant = opened.measures(theme, AreaLevel.BUURT, 2024)["leegstand"]
    pd.testing.assert_series_equal(vacant.exposure, expected("WONING"), check_names=False)
    receipts = {one.id: one for one in opened.receipts(theme, AreaLevel.BUURT, 2024)}
    assert receipts["boundaries/pc4"].where == "https://api.pdok.nl/cbs/postcode4/ogc/v1"
    assert receipts["boundaries/pc4"].fetched
    assert receipts["boundaries/pc4"].sha256 == done.written["boundaries/pc4-2020.parquet"].sha256


def test_the_layer_says_what_came_how_far_it_may_be_off_and_what_did_not(folder: Path):
    with speaking("en"):
        layer = build(country(folder), LayerRequest("proef", AreaLevel.BUURT), lambda _: None)
    receipts = {one.id: one for one in layer.provenance.receipts}
    assert {"boundaries/buurten-2024", "boundaries/pc4-2020", "sources/postcodes", "sources/tellingen"} == set(receipts)
    notes = receipts["sources/postcodes"].notes
    assert notes[:2] == (
        "postcodes not carried over, since the boundary file lacks them: 1099",
        "postcodes not carried over whole, since a figure of them is unknown: 1012",
    )
    assert notes[2].startswith("woningen: 100.0% came to these areas, ")
    assert "standard error at the worst in half of the areas" in notes[2]
    assert len(notes) == 4  # a line for each count
    line = (
        "figures of postcodes are per postcode of four digits: estimated from these by huishoudens of tellingen "
        "(dasymetric, Wright 1936; Schroeder 2007); a rate of them is shrunk per postcode, before it is divided, "
        "except of a gemeente"
    )
    assert line in layer.provenance.method
    assert set(layer.provenance.digests) == {"themes/proef", "sources/postcodes", "sources/tellingen"}


def test_a_theme_that_weighs_what_was_estimated_is_shown_and_not_searched(folder: Path):
    layer = build(country(folder), LayerRequest("proef", AreaLevel.BUURT), lambda _: None)
    assert layer.zoekgebieden.empty
    assert layer.table["leegstand"].notna().sum() > 100
    assert set(layer.table["reden"]) == {"geschat", "weinig_indicatoren"} or set(layer.table["reden"]) == {"geschat"}
    unweighed = THEME + LEEG.replace("share = true", "share = true\nweight = 0")
    searched = build(country(folder, themes_proef=unweighed), LayerRequest("proef", AreaLevel.BUURT), lambda _: None)
    assert "geschat" not in set(searched.table["reden"])
    assert searched.table["leegstand"].notna().sum() > 100


def test_a_rate_per_postcode_is_not_compared_with_what_is_expected_per_buurt_and_that_is_said(folder: Path):
    rate = THEME.replace("[search]", '[search]\nreference = "expected"') + LEEG.replace("share = true", "")
    term = '[[expected.term]]\ncolumn = "tellingen.inwoners"\ntitle = "inwoners"\nwhy = "Meer mensen."\n'
    expected_ = f'\n[expected]\nindicators = ["leegstand"]\n\n{term}'
    with speaking("en"):
        layer = build(country(folder, themes_proef=rate + expected_), LayerRequest("proef", AreaLevel.BUURT), print)
    line = (
        "leegstand: falls back on the national value: what is to be expected is fitted per buurt, and the figures are"
    )
    assert any(one.startswith(line) for one in layer.provenance.method)


def test_gemeenten_are_sums_of_their_buurten_and_unknown_where_one_of_these_is(folder: Path):
    opened = country(folder)
    of_gemeente = opened.measures(opened.catalog.theme("proef"), AreaLevel.GEMEENTE, 2024)["leegstand"]
    homes = expected("WONING")
    assert of_gemeente.interpolated
    assert of_gemeente.exposure["GM0599"] == pytest.approx(homes[homes.index.str.startswith("BU0599")].sum())
    assert of_gemeente.reason["GM0363"] == Unknown.PARTLY


def test_what_is_remembered_is_not_made_again_and_the_plan_names_the_parts(folder: Path, tmp_path: Path):
    first = build(country(folder), LayerRequest("proef", AreaLevel.BUURT), lambda _: None)
    again = country(folder)
    kinds = {step.kind for layer in planned(again, [LayerRequest("proef", AreaLevel.BUURT)], tmp_path / "home")
             for step in layer.steps}  # fmt: skip
    pd.testing.assert_frame_equal(
        build(again, LayerRequest("proef", AreaLevel.BUURT), lambda _: None).table, first.table
    )
    assert not [one for one in again.results.made if one.stored]
    table_ = pd.read_csv(folder / "pc4.csv").replace({"WON_NBEW": {100: 120}})
    table_.to_csv(folder / "pc4.csv", index=False)
    changed = country(folder)
    build(changed, LayerRequest("proef", AreaLevel.BUURT), lambda _: None)
    made = {one.kind for one in changed.results.made if one.stored}
    assert "interpolated" in made
    assert "interpolation" not in made
    assert kinds == {"areas", "indicator", "neighbors", "receipts", "search"}


def test_an_interpolation_is_remembered_to_the_bit(folder: Path):
    opened = country(folder)
    node = opened.figure_plan.interpolation_node(opened.catalog.sources["postcodes"])
    value = opened.results.of(node)
    again = decoded(encoded(value))
    pd.testing.assert_series_equal(again.weight, value.weight)
    pd.testing.assert_frame_equal(again.crosswalk.table, value.crosswalk.table)
    assert list(map(str, again.notes)) == list(map(str, value.notes))


def test_without_dasymetric_the_surface_decides_and_it_is_said(folder: Path):
    plain = PER_POSTCODE.replace('[dasymetric]\nsource = "tellingen"\ncolumn = "huishoudens"\n', "")
    with speaking("en"):
        layer = build(country(folder, sources_postcodes=plain), LayerRequest("proef", AreaLevel.BUURT), lambda _: None)
    line = "figures of postcodes are per postcode of four digits: estimated from these by surface"
    assert any(one.startswith(line) for one in layer.provenance.method)


def test_no_hexagon_has_figures_of_postcodes_spread_evenly(folder: Path):
    with pytest.raises(SourceError, match=r"declare \[dasymetric\] in theme 'proef', or build at level buurt"):
        build(country(folder), LayerRequest("proef", AreaLevel.H3_8), lambda _: None)


def broken(folder: Path, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        build(country(folder), LayerRequest("proef", AreaLevel.BUURT), lambda _: None)


def test_files_that_are_not_what_they_should_be_are_named(folder: Path):
    right = table()
    right.assign(PC4=right["PC4"] + "AB").to_csv(folder / "pc4.csv", index=False)
    broken(folder, r"codes in column 'PC4' are no postcodes of four digits: 1011AB, .* add figures of longer postcodes")
    right.assign(PC4=right["PC4"].astype(int) + 3000).to_csv(folder / "pc4.csv", index=False)
    broken(folder, r"26 of 26 postcodes are not in the boundary file of 2020: .* say which with codes_of")
    right[:12].to_csv(folder / "pc4.csv", index=False)
    broken(folder, r"only 48% of the 25 areas of the boundary file have a row")
    pd.concat([right, right[:1]]).to_csv(folder / "pc4.csv", index=False)
    broken(folder, r"1 code occurs more than once in column 'PC4': 1011; keep one row for each area")
    right.to_csv(folder / "pc4.csv", index=False)
    (folder / "boundaries/pc4-2020.gpkg").unlink()
    broken(folder, r"no boundary file of the postcodes of 2020; .*put it there as boundaries/pc4-2020.gpkg")
    raw(AREAS).to_file(folder / "boundaries/pc4-2020.gpkg")
    broken(folder, r"no table with pc4 codes \(1011...\), looked for in columns postcode, .* to postcode")


@pytest.mark.parametrize("kind", [".parquet", ".geojson", ".fgb"])
def test_the_boundaries_of_postcodes_may_be_of_any_kind(folder: Path, kind: str):
    (folder / "boundaries/pc4-2020.gpkg").unlink()
    file = folder / f"boundaries/pc4-2020{kind}"
    postcodes().to_parquet(file) if kind == ".parquet" else postcodes().to_file(file)
    opened = country(folder)
    vacant = opened.measures(opened.catalog.theme("proef"), AreaLevel.BUURT, 2024)["leegstand"]
    assert vacant.exposure.to_numpy() == pytest.approx(expected("WONING").to_numpy(), nan_ok=True)


def test_a_spreadsheet_may_have_made_numbers_of_the_codes(folder: Path):
    table().assign(PC4=table()["PC4"].astype(float)).to_csv(folder / "pc4.csv", index=False)
    opened = country(folder)
    vacant = opened.measures(opened.catalog.theme("proef"), AreaLevel.BUURT, 2024)["leegstand"]
    assert vacant.exposure.notna().sum() > 100


REFUSED = {
    "a density has no count that it is of": (
        PER_POSTCODE.replace('per = "woningen"\n', ""), r"columns \['woz'\]|columns woz cannot be divided over buurten"
    ),
    "what is confidential is not divided": (
        PER_POSTCODE.replace('status = "open"', 'status = "vertrouwelijk"'), "confidential counts per postcode are not"
    ),
    "it comes from a file": (
        PER_POSTCODE.replace('[table]\npath = "pc4.csv"', '[squares]\nyear = 2024\n[squares.column]\nwoningen = "b"'),
        "is for a file",
    ),
    "the source that weighs is there": (PER_POSTCODE.replace('"tellingen"', '"er_niet"'), "unknown source 'er_niet'"),
    "the column that weighs is there": (PER_POSTCODE.replace('"huishoudens"', '"er_niet"'), "no column 'er_niet'"),
    "what weighs is a count": (PER_POSTCODE.replace('"huishoudens"', '"afstand"'), "is no count per buurt"),
    "what weighs is no postcode": (
        PER_POSTCODE.replace('"tellingen"', '"postcodes"').replace('"huishoudens"', '"woningen"'),
        "is no count per buurt",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("declared", "said"), REFUSED.values(), ids=REFUSED)
def test_a_source_that_cannot_be_divided_is_refused_when_it_is_declared(folder: Path, declared: str, said: str):
    with pytest.raises(DeclarationError, match=said):
        country(folder, sources_postcodes=declared)


def test_what_weighs_is_open(folder: Path):
    secret = COUNTED.replace('status = "open"', 'status = "vertrouwelijk"')
    with pytest.raises(DeclarationError, match="how figures are divided by it would tell what is in it"):
        country(folder, sources_tellingen=secret)


def test_dasymetric_is_for_postcodes(folder: Path):
    wrong = COUNTED.replace("[table]", '[dasymetric]\nsource = "tellingen"\ncolumn = "huishoudens"\n\n[table]')
    with pytest.raises(DeclarationError, match='are for a source with level = "pc4"'):
        country(folder, sources_tellingen=wrong)
