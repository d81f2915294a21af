"""`zicht profile` finds what is planted in Testland, says it on the screen and in a page, and refuses what it must."""

from pathlib import Path

import pytest

from services.testland.homes import make_homes
from services.testland.source import TestlandSource
from tests.services.running import Zicht

DECLARED = """
id = "panden"
title = "Panden"
publisher = "Gemeente"
license = "eigen"
url = "https://example.org"
attribution = "Gemeente"
vintage = 2024
periods = [2024]
[records]
path = "panden.csv"
legal_ground = "Gemeentewet"
covers = ["NL"]
[records.place]
x = "x"
y = "y"
[records.count.panden]
[profile]
cases = { vondst = ["ja"] }
characteristics = ["soort"]
[columns.panden]
title = "Panden"
formula = "panden"
"""


def panden(folder: Path, cases: int, count: int = 400, text: str = DECLARED) -> Path:
    rows = [f"{at},{at},{'ja' if at < cases else 'nee'},{'loods' if at % 3 else 'winkel'}" for at in range(count)]
    (folder / "panden.csv").write_text("\n".join(["x,y,vondst,soort", *rows]), encoding="utf-8")
    (folder / "panden.toml").write_text(text, encoding="utf-8")
    return folder / "panden.toml"


def test_the_profile_that_is_planted_in_testland_is_found_and_is_what_its_source_counts(zicht: Zicht, tmp_path: Path):
    done = zicht("profile", "woningkenmerken", "--data", "testland", "--to", str(tmp_path / "profiel.html"))
    assert done.code == 0
    said = " ".join(done.out.split())
    assert "The surest is: bouwjaar below 1945, eigendom: particuliere huur." in said
    assert 'where = { eigendom = ["particuliere huur"] } between = { bouwjaar = { below = 1945 } }' in said
    written = (tmp_path / "profiel.html").read_text(encoding="utf-8")
    assert "no reason to suspect anything there" in written
    assert "energielabel" not in written
    assert "oppervlakte" not in written


def test_homes_are_of_the_households_at_each_address_and_the_same_in_every_run():
    country = TestlandSource().country
    homes = [make_homes(country.addresses, frozenset(), 7) for _ in range(2)]
    assert homes[0].equals(homes[1])
    assert len(homes[0]) == country.addresses["huishoudens"].sum()


@pytest.mark.parametrize("cases", [10, 29])
def test_ten_cases_are_too_few_and_that_is_said(zicht: Zicht, tmp_path: Path, cases: int):
    done = zicht("profile", str(panden(tmp_path, cases)))
    assert done.code == 1
    assert f"{cases} cases among 400 objects: fewer than 30 tell no profile from chance" in done.err


def test_a_source_in_a_file_of_ones_own_finds_nothing_where_nothing_is(zicht: Zicht, tmp_path: Path):
    done = zicht("profile", str(panden(tmp_path, 120)))
    assert done.code == 0
    assert "nothing more often than other objects that chance could not explain" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("source", "said"),
    [("misdrijven", "no source with [profile]; there are woningkenmerken"), ("weg.toml", "no such file")],
)
def test_what_is_no_source_with_a_profile_is_refused_with_those_that_are(zicht: Zicht, source: str, said: str):
    done = zicht("profile", source)
    assert done.code == 1
    assert said in done.err


def test_a_characteristic_of_people_is_refused(zicht: Zicht, tmp_path: Path):
    wrong = DECLARED.replace('["soort"]', '["soort", "gezinsgrootte"]')
    done = zicht("profile", str(panden(tmp_path, 120, text=wrong)))
    assert done.code == 1
    assert "'gezinsgrootte' tells of people (households" in done.err


def test_a_report_is_a_page(zicht: Zicht, tmp_path: Path):
    done = zicht("profile", str(panden(tmp_path, 120)), "--to", str(tmp_path / "profiel.pdf"))
    assert done.code == 1
    assert "a report is written as .html" in done.err
    assert not done.out
