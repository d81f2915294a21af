"""A boundary file of one gemeente: the same figures as of the whole country where these are there, else called what
they are; a search of its own only among enough areas.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from boundaries import cbs
from boundaries.vintages import Vintage, vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from layers.method.country import Country
from layers.publication.collections import collections
from services.jobs.build import LayerRequest, build
from services.notebook import OpenCountry
from services.sources.folder import Folder
from tests.country import raw, squares
from tests.layers.declared import SOURCE, THEME, catalog
from tests.services.running import Zicht, told

COLUMNS, ROWS = 20, 12
AREAS = squares(COLUMNS, ROWS)
"""Two gemeenten of 120 buurten: more than a hundred each."""
WEST, EAST = "GM0363", "GM0599"
YEAR = replace(vintage(2024), least=len(AREAS), gemeenten=2)
"""A year in which two gemeenten are the whole country."""
MOST = replace(YEAR, gemeenten=3)
"""A year in which they are not."""


def figures(areas: AreaFrame = AREAS) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    people = rng.integers(200, 3000, len(AREAS))
    table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": people, "huishoudens": people // 2}, index=AREAS.ids)
    rate = np.where(AREAS.table["gemeente"] == WEST, 0.02, 0.06)
    table["misdrijven_2024"] = rng.poisson(people * rate)
    table["misdrijven_2023"] = rng.poisson(people * rate)
    table["huurders"] = rng.binomial(people // 2, 0.4)
    table["afstand"] = rng.uniform(1, 10, len(table))
    return table.loc[areas.ids]


def part(gemeente: str = WEST, areas: AreaFrame = AREAS) -> AreaFrame:
    return areas.where(areas.table["gemeente"] == gemeente)


def country(root: Path, boundaries: AreaFrame, table: pd.DataFrame, year: Vintage = YEAR, **files: str) -> Country:
    """A folder with an own boundary file and a table, as an office in the Netherlands writes it."""
    root.mkdir(exist_ok=True)
    (root / "boundaries").mkdir(exist_ok=True)
    of_wijken = boundaries.level is AreaLevel.WIJK
    columns = {"area_id": "wijkcode", "name": "wijknaam", "gemeente_name": "gemeentenaam"}
    content = (
        boundaries.table.reset_index()[[*columns, "geometry"]].rename(columns=columns) if of_wijken else raw(boundaries)
    )
    content.to_file(root / f"boundaries/{'wijken' if of_wijken else 'buurten'}-{year.year}.gpkg")
    table.to_csv(root / "tellingen.csv", sep=";", index=False, encoding="cp1252")
    (root / "layers").mkdir(exist_ok=True)
    return Country(Folder(root), year, catalog(root / "layers", **files))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Country:
    return country(tmp_path_factory.mktemp("land"), AREAS, figures())


def layer(of: Country, level: AreaLevel = AreaLevel.BUURT):
    return build(of, LayerRequest("proef", level, period=2024), told)


@pytest.mark.parametrize("level", [AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE])
@pytest.mark.parametrize("gemeente", [WEST, EAST])
def test_with_national_figures_a_gemeente_has_the_figures_that_it_has_in_the_country(tmp_path, whole, gemeente, level):
    """Values, deviations, scores and national means to the last digit; only the search is one of its own."""
    own = layer(country(tmp_path, part(gemeente), figures()), level)
    national = layer(whole, level)
    expected = national.table[national.table["gemeentecode"] == gemeente].reset_index(drop=True)
    searched = ["q", "kansrijk", "waarom", "reden", "zoekgebied", "rol", "gewicht", "zone", "geometry"]
    searched += ["hoogte_zelf", "hoogte_rondom", "tweede_zoekwijze"]
    among = [name for name in own.table if "_rang" in name or name.startswith("rang_")]  # of its own areas
    pd.testing.assert_frame_equal(
        pd.DataFrame(own.table.drop(columns=[*searched, *among])),
        pd.DataFrame(expected.drop(columns=[*searched, *among])),
    )
    assert own.summary["national"] == national.summary["national"]
    assert own.summary["local"] == national.summary["local"] == {}


def test_a_part_of_a_hundred_areas_is_searched_and_one_of_fewer_is_not(tmp_path):
    own = layer(country(tmp_path / "genoeg", part(), figures()))
    assert own.summary["tested"] == 120
    assert own.provenance.method[-1] == "gebieden: 120, een deel van het land"
    assert "least_searched" not in own.summary
    few = part().ids[:99]
    small = part().where(part().ids.isin(few))
    table = figures()[~AREAS.ids.isin(part().ids) | AREAS.ids.isin(few)]
    made = layer(country(tmp_path / "klein", small, table))
    assert (made.summary["tested"], made.summary["least_searched"]) == (0, 100)
    scored = made.table["score"].notna()
    assert scored.any()
    assert set(made.table.loc[scored, "reden"]) == {"weinig_gebieden"}
    assert made.table["q"].isna().all()
    assert not len(made.zoekgebieden)
    zones, *_ = collections([made])
    assert zones.description.endswith("Niet gezocht: te weinig gebieden om in te zoeken.")
    assert "zoeken: niet gedaan; er zijn 100 gebieden nodig" in made.provenance.method
    hundred = part().where(part().ids.isin(part().ids[:100]))
    table = figures()[~AREAS.ids.isin(part().ids) | AREAS.ids.isin(hundred.ids)]
    assert layer(country(tmp_path / "net", hundred, table)).summary["tested"] == 100


@pytest.mark.parametrize(
    ("gemeenten", "names", "mean"),
    [
        ([WEST], ["Letterstad"], "in Letterstad"),
        ([WEST, EAST], ["GM0599", "Letterstad"], "in de 2 gemeenten met cijfers"),
    ],
)
def test_without_national_figures_the_mean_is_called_by_what_it_is_of(tmp_path, gemeenten, names, mean):
    table = figures()[AREAS.table["gemeente"].isin(gemeenten)]
    made = layer(country(tmp_path, part(), table, MOST))
    assert made.summary["local"] == dict.fromkeys(("misdrijven", "huur", "afstand"), names)
    _, indicators, _ = collections([made])
    told_of = [indicators.description, indicators.caveat, *(one.description for one in indicators.fields)]
    assert any(mean in text for text in told_of)
    assert not any("landelijk" in text for text in told_of)
    expected = table["misdrijven_2024"].sum() / table["inwoners"].sum() * 1000
    assert made.summary["national"]["misdrijven"] == pytest.approx(expected, abs=1e-4)


def test_a_theme_per_gemeente_is_built_where_there_are_buurten_as_well(tmp_path):
    """Also by a notebook, which opens a country before it knows of which theme."""
    per = SOURCE.replace('key = "buurtcode"', 'level = "gemeente"')
    theme = THEME.replace('level = "buurt"', 'level = "gemeente"')
    table = figures().drop(columns="buurtcode").groupby(AREAS.table["gemeente"]).sum().rename_axis("gemeentecode")
    of = country(tmp_path, AREAS, table.reset_index(), sources_tellingen=per, themes_proef=theme)
    made = layer(of, AreaLevel.GEMEENTE).table.set_index("gebiedscode")
    assert sorted(made.index) == [WEST, EAST]
    raw_rate = 100 * table["huurders"] / table["huishoudens"]
    assert made["huur"].to_dict() == pytest.approx(raw_rate.to_dict(), abs=0.1)  # shrunk a little
    measures = OpenCountry(of).measures("proef", "gemeente", 2024)
    assert measures["huur", "events"].to_dict() == table["huurders"].to_dict()
    with pytest.raises(SourceError, match="areas of level gemeente only"):
        layer(of, AreaLevel.BUURT)


EMPTY_IS_ZERO = SOURCE.replace('formula = "inwoners"', 'formula = "inwoners"\nempty = "zero"')
POLITIE = """
id = "politie"
title = "Misdrijven per buurt"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org/misdrijven"
attribution = "Testbureau"
status = "open"
vintage = 2024
periods = [2023, 2024]

[table]
path = "misdrijven.csv"

[columns.geregistreerd]
title = "Misdrijven"
formula = "misdrijven_{periode}"
"""
OF_TWO = THEME.replace(
    'source = "tellingen"\nvalue = "misdrijven"\nper = "inwoners"',
    'source = "politie"\nvalue = "geregistreerd"\nper = "tellingen.inwoners"',
)


def test_crimes_where_nobody_lives_count_elsewhere_too_and_a_code_of_another_year_counts_nowhere(tmp_path):
    """A row without any figure is of an area in which there is nothing, if the police has figures of that area."""
    table = figures().astype(object)
    station, older = part(EAST).ids[0], "BU05999988"
    table.loc[station, ["inwoners", "huishoudens", "huurders", "afstand"]] = None
    table.loc[older] = [older, *[None] * (table.shape[1] - 1)]
    crimes = ["misdrijven_2023", "misdrijven_2024"]
    sources = {"sources_tellingen": _without_crimes(EMPTY_IS_ZERO), "sources_politie": POLITIE}
    made = []
    for name, boundaries in (("land", AREAS), ("west", part())):
        (tmp_path / name).mkdir()
        table[["buurtcode", *crimes]].to_csv(tmp_path / name / "misdrijven.csv", sep=";", index=False)
        of = country(tmp_path / name, boundaries, table.drop(columns=crimes), **sources, themes_proef=OF_TWO)
        made.append((of, layer(of)))
    (land, whole), (west, own) = made
    assert own.summary["national"] == whole.summary["national"]
    found = [one.measures(one.catalog.theme("proef"), AreaLevel.BUURT, 2024)["misdrijven"] for one in (land, west)]
    assert found[0].events[station] == found[1].events[station] > 0
    assert found[0].exposure[station] == found[1].exposure[station] == 0
    assert all(older not in one.events.index for one in found)


def _without_crimes(source: str) -> str:
    return "\n\n".join(one for one in source.split("\n\n") if not one.startswith("[columns.misdrijven]"))


@pytest.mark.parametrize("code", ["BU0363ZZ99", "BU03631", "Letterstad"])
def test_a_code_of_a_gemeente_in_the_file_or_no_code_is_a_typing_error(tmp_path, code):
    table = figures()
    table.iloc[0, 0] = code
    with pytest.raises(SourceError, match=rf"1 of 240 codes is not in the boundary file of 2024, .*: {code}; they are"):
        layer(country(tmp_path, part(), table))


def test_rows_of_the_country_gemeenten_and_wijken_are_passed_over(tmp_path, whole):
    table = figures()
    more = table.iloc[:3].assign(buurtcode=["NL00", "GM0363", "WK0363AA"], inwoners=10**9)
    made = layer(country(tmp_path, part(), pd.concat([table, more])))
    assert made.summary["national"] == layer(whole).summary["national"]


def test_open_water_of_the_same_gemeente_is_no_typing_error(tmp_path):
    table = figures()
    water = table.iloc[:1].assign(buurtcode="BU03639997")
    assert len(layer(country(tmp_path, part(), pd.concat([table, water]))).table) == 120


def test_a_table_without_the_areas_of_the_file_is_refused(tmp_path):
    with pytest.raises(SourceError, match="only 0% of the 120 areas of the boundary file have a row; give a table"):
        layer(country(tmp_path, part(), figures(part(EAST))))


def test_a_file_of_wijken_is_a_layer_of_wijken(tmp_path):
    wijken = cbs.wijken(AREAS)
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"buurtcode": wijken.ids})
    for column in ("inwoners", "huishoudens"):
        table[column] = rng.integers(1000, 9000, len(wijken))
    for column in ("misdrijven_2024", "misdrijven_2023", "huurders"):
        table[column] = rng.integers(10, 900, len(wijken))
    table["afstand"] = 1.5
    old = {"sources_tellingen": SOURCE.replace("vintage = 2024", "vintage = 2014")}
    of_wijken = country(tmp_path, wijken, table, vintage(2014), **old)
    made = layer(of_wijken, AreaLevel.WIJK)
    assert made.table["gebiedscode"].tolist() == wijken.ids.tolist()
    assert set(made.table["indeling"]) == {2014}
    assert len(layer(of_wijken, AreaLevel.GEMEENTE).table) == 2
    with pytest.raises(SourceError, match="2014: there are areas of level wijk only; give a boundary file of buurten"):
        layer(of_wijken)


def test_hexagons_of_a_part_are_compared_with_that_part(tmp_path):
    made = layer(country(tmp_path, part(), figures()), AreaLevel.H3_8)
    assert set(made.summary["local"]["misdrijven"]) == {"Letterstad"}
    assert made.table["misdrijven"].notna().any()


def test_figures_of_another_vintage_are_refused_with_the_way_out(tmp_path):
    of_2014 = country(tmp_path, part(), figures(), vintage(2014))
    with pytest.raises(
        SourceError, match=r"source 'tellingen': of vintage 2024, where boundaries are those of 2014; bui"
    ):
        layer(of_2014)


def test_the_command_builds_on_a_vintage_and_says_that_it_did_not_search(zicht: Zicht, tmp_path, monkeypatch):
    small = part().where(part().ids.isin(part().ids[:30]))
    table = figures()[~AREAS.ids.isin(part().ids) | AREAS.ids.isin(small.ids)]
    source, theme = SOURCE.replace("vintage = 2024", "vintage = 2014"), THEME
    for column in ("inwoners", "huishoudens", "misdrijven"):  # those shipped have these names too
        source = source.replace(f"[columns.{column}]", f"[columns.{column}_2014]")
        theme = theme.replace(f'value = "{column}"', f'value = "{column}_2014"')
        theme = theme.replace(f'per = "{column}"', f'per = "{column}_2014"')
        theme = theme.replace(f'mean_weight = "{column}"', f'mean_weight = "{column}_2014"')
    country(tmp_path / "gegevens", small, table, vintage(2014), sources_tellingen=source, themes_proef=theme)
    monkeypatch.setenv("ZICHT_LAYERS", str(tmp_path / "gegevens/layers"))
    for options in ((), ("--vintage", 2014)):
        answer = zicht("build", "proef", "--data", tmp_path / "gegevens", "--home", tmp_path / "home", *options)
        assert answer.code == 0, answer.err
        assert "not searched: too few areas to search in (30; 100 are needed)" in answer.out
        assert "Zicht op proef: not searched, buurt, 2024, lens basis" in answer.out
        assert "0 zoekgebieden" not in answer.out
        assert answer.out.rstrip().splitlines()[-2].endswith("lens basis, all of the boundary file")
    answer = zicht("build", "proef", "--data", tmp_path / "gegevens", "--home", tmp_path / "home", "--vintage", 2016)
    assert answer.code == 1
    assert (
        "source 'tellingen': of vintage 2014, where boundaries are those of 2016; build it with --vintage 2014"
        in answer.err
    )
    assert "Traceback" not in answer.err


def test_what_is_to_be_done_next_is_said_with_the_folders_that_this_command_was_given(zicht: Zicht, tmp_path):
    own = tmp_path / "eigen"
    assert zicht("new", "theme", "proef", "--to", own).code == 0
    answer = zicht("build", "proef", "--layers", own, "--home", tmp_path / "home")
    assert answer.code == 0, answer.err
    assert f"Next: `zicht publish --home {tmp_path}/home --layers {own}`" in answer.out
    assert "lens basis, the whole country" in answer.out
    assert zicht("publish", "--home", tmp_path / "home", "--layers", own).code == 0


def test_a_source_of_ones_own_is_not_looked_for_in_testland(zicht: Zicht, tmp_path):
    zicht("new", "source", "meldingen", "--to", tmp_path)
    zicht("new", "theme", "proef", "--to", tmp_path)
    theme = tmp_path / "themes/proef.toml"
    text = theme.read_text(encoding="utf-8").replace('source = "misdrijven"', 'source = "meldingen"')
    theme.write_text(text.replace('value  = "misdrijven"', 'value  = "meldingen_aantal"'), encoding="utf-8")
    answer = zicht("build", "proef", "--layers", tmp_path, "--home", tmp_path / "home")
    assert answer.code == 1
    assert "source 'meldingen': Testland is made up and has no 'aantal'; give the folder" in answer.err
