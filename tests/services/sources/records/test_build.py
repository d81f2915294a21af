"""A theme that reads a municipality's own records: from rows to zoekgebieden, and the command that counts them."""

from pathlib import Path

import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.method.country import Country
from layers.method.reading import Own
from layers.publication.collections import collections
from services.exporters.table import export
from services.jobs.build import LayerRequest, build
from services.jobs.publish import publish_all
from services.releases import release
from services.sources.records.tally import RecordsInput, tally
from services.testland.source import TestlandSource
from services.vault.secret import Vault
from services.workspace import storage
from tests.layers.declared import catalog

SOURCE = """
id = "tellingen"
title = "Aangiften"
publisher = "Gemeente"
license = "niet openbaar"
url = "https://example.org"
attribution = "Gemeente"
status = "open"
vintage = 2024
periods = [2024]

[records]
path = "aangiften.csv"
legal_ground = "Gemeentewet art. 172"
covers = ["NL"]
years = [2023, 2024]

[records.place]
x = "x"
y = "y"

[records.period]
column = "jaar"

[records.count.misdrijven]

[columns.misdrijven]
title = "Misdrijven"
formula = "misdrijven_{periode}"
"""
PEOPLE = """
id = "mensen"
title = "Mensen"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org"
attribution = "Testbureau"
status = "open"
key = "buurtcode"
vintage = 2024
periods = [2024]

[table]
path = "mensen.csv"

[columns.inwoners]
title = "Inwoners"
formula = "inwoners"
"""
THEME = """
id = "proef"
title = "Zicht op proef"
question = "Waar?"
level = "buurt"

[search]
statistic = "getis_ord"
max_q = 0.05

[privacy]
min_count = 5
min_exposure = 50

[[indicator]]
id = "misdrijven"
title = "Misdrijven"
why = "Meer misdrijven."
source = "tellingen"
value = "misdrijven"
per = "inwoners"
"""
LENS = """
id = "nabij"
title = "Nabij"
theme = "proef"

[[change]]
indicator = "misdrijven"
weight = 2
why = "Telt."
"""


@pytest.fixture(scope="module")
def folder(testland, tmp_path_factory) -> Path:
    """Every registered crime of Testland as a row of a municipality."""
    made = tmp_path_factory.mktemp("eigen")
    incidents = testland.incidents
    table = pd.DataFrame({"x": incidents.geometry.x, "y": incidents.geometry.y, "jaar": incidents["jaar"]})
    table.to_csv(made / "aangiften.csv", sep=";", decimal=",", index=False)
    return made


def records(folder: Path) -> Own:
    return Own(lambda one, areas: tally(one, areas, RecordsInput(folder)))


@pytest.fixture(scope="module")
def country(folder, tmp_path_factory) -> Country:
    known = catalog(
        tmp_path_factory.mktemp("catalogus"), themes_proef=THEME, sources_tellingen=SOURCE, sources_mensen=PEOPLE,
        lenses_nabij=LENS,
    )  # fmt: skip
    return Country(TestlandSource(), vintage(2024), known, records(folder))


def test_rows_make_the_zoekgebieden_that_the_same_counts_per_buurt_make(country, testland):
    layer = build(country, LayerRequest("proef", AreaLevel.BUURT, period=2024), lambda _: None)
    measure = country.measures(country.catalog.theme("proef"), AreaLevel.BUURT, 2024)["misdrijven"]
    truth = testland.crimes.set_index("buurtcode")["misdrijven_2024"].reindex(measure.events.index)
    pd.testing.assert_series_equal(measure.events, truth, check_names=False, check_dtype=False)
    assert len(layer.zoekgebieden)
    own = next(one for one in layer.provenance.receipts if one.id == "sources/tellingen")
    assert own.rows == len(testland.incidents)
    assert own.where == "aangiften.csv"
    assert "grondslag: Gemeentewet art. 172" in own.notes


@pytest.fixture(scope="module")
def released(folder, tmp_path_factory) -> Path:
    """A release of the theme where the records are those of Havermonde only, built on buurten and hexagons."""
    home = tmp_path_factory.mktemp("plaatselijk")
    (home / "pygeoapi-config.yml").write_text("resources: {}\n")
    known = catalog(
        tmp_path_factory.mktemp("catalogus"), themes_proef=THEME, sources_mensen=PEOPLE, lenses_nabij=LENS,
        sources_tellingen=SOURCE.replace('["NL"]', '["GM9363"]'),
    )  # fmt: skip
    part = Country(TestlandSource(), vintage(2024), known, records(folder))
    for level in (AreaLevel.BUURT, AreaLevel.H3_8):
        storage.save([build(part, LayerRequest("proef", level, period=2024), lambda _: None)], home)
    return publish_all(home, home / "pygeoapi-config.yml", known, lambda _: None).folder


def test_records_of_one_gemeente_are_never_said_to_be_compared_with_the_country(released):
    zones = next(one for one in release.collections(released) if one.id == "zoekgebieden_proef")
    assert len(zones.table)
    assert zones.table["toelichting"].str.contains(r" gemiddeld in Havermonde \d").all()
    config = released.parents[1] / "pygeoapi-config.yml"
    export(release.collections(released), released.parents[1] / "zoekgebieden.csv")
    written = [released / "kaart.html", released / "release.json", config, released.parents[1] / "zoekgebieden.csv"]
    for file in written:
        text = " ".join(file.read_text(encoding="utf-8").split())
        assert "landelijk" not in text, file
        assert "vaker voorkomt dan gemiddeld in Havermonde" in text


def test_the_map_of_one_gemeente_says_so_in_legend_and_explanation(released):
    page = (released / "kaart.html").read_text(encoding="utf-8")
    for part in (
        "-0,5 tot 0,5: als gemiddeld in Havermonde",
        "Misdrijven: afwijking van het gemiddelde in Havermonde",
        "0 is het gemiddelde in Havermonde, 1 is de afstand",
        "zo veel hoger is dan elders waar cijfers zijn, dat",
        '"average":"gemiddeld in Havermonde"',
    ):
        assert part in page
    assert "rest van het land" not in page


def test_the_record_says_whose_mean_it_is(released):
    told = release.manifest(released)["layers"][0]
    assert told["summary"]["local"] == {"misdrijven": ["Havermonde"]}
    assert "afwijkingen van misdrijven: van de waarde van Havermonde" in told["provenance"]["method"]


def test_hexagons_are_counted_and_their_inhabitants_too(country):
    layer = build(country, LayerRequest("proef", AreaLevel.H3_8, period=2024), lambda _: None)
    theme = country.catalog.theme("proef")
    of_cells, of_buurten = (country.measures(theme, one, 2024)["misdrijven"] for one in (AreaLevel.H3_8, theme.level))
    assert not of_cells.interpolated
    assert of_cells.events.sum() == of_buurten.events.sum()
    assert len(layer.zoekgebieden)


def test_the_command_counts_shows_and_lists(zicht, folder, tmp_path):
    (tmp_path / "tellingen.toml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "aangiften.csv").write_bytes((folder / "aangiften.csv").read_bytes() + b"1,0;2,0;2024\n")
    options = ("--level", "wijk", "--to", tmp_path / "uit.csv", "--data", "testland", "--lang", "nl")
    answer = zicht("tally", tmp_path / "tellingen.toml", *options)
    assert answer.code == 0
    for part in ("Onbeveiligde tellingen", "misdrijven_2024", "1 niet geteld: plaats buiten Nederland", "Gemeentewet"):
        assert part in answer.out
    assert pd.read_csv(tmp_path / "uit.csv")["gebiedscode"].str.startswith("WK").all()
    assert (tmp_path / "uit-niet-geteld.csv").read_text().splitlines()[-1].endswith("plaats buiten Nederland")


def test_the_command_says_what_a_source_lacks(zicht, tmp_path):
    assert "no such file" in zicht("tally", tmp_path / "niets.toml").err
    (tmp_path / "mensen.toml").write_text(PEOPLE, encoding="utf-8")
    assert "declares no [records]" in zicht("tally", tmp_path / "mensen.toml", "--data", "testland").err


@pytest.fixture(scope="module")
def confidential(folder, tmp_path_factory) -> Country:
    """The same rows where they are not for everyone; a secret of its own, so that the noise is the same each time."""
    known = catalog(
        tmp_path_factory.mktemp("catalogus"), themes_proef=THEME, sources_mensen=PEOPLE, lenses_nabij=LENS,
        sources_tellingen=SOURCE.replace('status = "open"', ""),
    )  # fmt: skip
    vault = Vault(tmp_path_factory.mktemp("kluis") / "vault")
    vault.folder.mkdir(mode=0o700)
    (vault.folder / "secret").touch(mode=0o600)
    (vault.folder / "secret").write_bytes(b"s" * 32)

    def counted(one, areas):
        return tally(one, areas, RecordsInput(folder, key_of=lambda records: vault.keys(one.id, records)))

    return Country(TestlandSource(), vintage(2024), known, Own(counted, keyring=vault))


@pytest.mark.parametrize("level", [AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.H3_8])
def test_confidential_rows_are_published_as_perturbed_counts_at_every_level(country, confidential, level):
    theme = country.catalog.theme("proef")
    true, safe = (one.measures(theme, level, 2024)["misdrijven"].events for one in (country, confidential))
    noise = (safe - true)[true > 0]
    assert 3 <= noise.abs().max() <= 6
    assert not safe.isin([1, 2]).any()
    assert (safe[true == 0] == 0).all()
    assert (noise != 0).mean() > 0.5


def test_a_layer_of_confidential_rows_says_that_counts_were_changed(country, confidential):
    layer = build(confidential, LayerRequest("proef", AreaLevel.WIJK, period=2024), lambda _: None)
    assert layer.perturbed
    assert layer.audience == "intern"
    assert any("hooguit 6 meer of minder, variantie 3" in line for line in layer.provenance.method)
    assert all("daarom tellen totalen niet precies op" in one.caveat for one in collections([layer]))
    open_to_all = build(country, LayerRequest("proef", AreaLevel.WIJK, period=2024), lambda _: None)
    assert not open_to_all.perturbed
    assert not any("totalen" in one.caveat for one in collections([open_to_all]))
