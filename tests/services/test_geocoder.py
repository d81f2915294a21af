"""Addresses and verblijfsobjecten lie where PDOK says, each requested once, and only what must be is sent to PDOK."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.messages import say, speaking
from services.geocoder import Addresses
from services.http.client import Client
from services.http.transport import RetryPolicy
from services.sources.records.tally import RecordsInput, tally
from tests.services.sources.records.declared import AREAS, expected, rows, source
from tests.standin.locatieserver import Locatieserver
from tests.standin.server import Reply, Standin, busy, cut, dripping, halved

QUICK = RetryPolicy(connect_timeout=20, read_timeout=2, total_timeout=20, tries=3, pause=0.01)
STREET = pd.DataFrame(
    [
        ("1012AB", 1, "", "", "0363010000000001", 121_000.5, 487_000.25),
        ("1012AB", 2, "A", "", "0363010000000002", 121_010, 487_000),
        ("1012AB", 2, "A", "3", "0363010000000003", 121_012, 487_000),
        ("1012AB", 4, "", "H", "0363010000000004", 121_020, 487_000),
        ("1012AB", 4, "", "1", "0363010000000005", 121_022, 487_004),
        ("1012AB", 6, "", "1", "0363010000000006", 121_040, 487_000),
        ("1012AB", 6, "", "2", "0363010000000007", 121_640, 487_000),
        ("1012AC", 1, "", "", "0363020000000008", 122_000, 488_000),
        ("1012AC", 1, "", "bis", "0363020000000008", 122_000, 488_000),
    ],
    columns=["postcode", "huisnummer", "huisletter", "huisnummertoevoeging", "adresseerbaarobject_id", "x", "y"],
)
ONE = b'{"response": {"numFound": 1, "docs": [{"postcode": "%s", "huisnummer": 1, "centroide_rd": "%s"}]}}'


@pytest.fixture(autouse=True)
def dutch():
    """Reasons and notes are published: the Dutch stands here to the letter."""
    with speaking("nl"):
        yield


@pytest.fixture
def standin():
    with Standin(Locatieserver(STREET)) as server:
        yield server


@pytest.fixture
def addresses(standin, tmp_path):
    return Addresses(Client(tmp_path / "cache", gateway=standin.url, policy=QUICK))


def places(located):
    x, y, why = located
    return [say(reason) if reason else (float(one), float(other)) for one, other, reason in zip(x, y, why, strict=True)]


@pytest.mark.parametrize(
    ("postcode", "number", "place"),
    [
        ("1012AB", "1", (121_000.5, 487_000.25)),
        (" 1012 ab ", "001", (121_000.5, 487_000.25)),
        ("1012AB", "1.0", (121_000.5, 487_000.25)),
        ("1012AB", "123456", "geen huisnummer"),
        ("1012AB", "2A", (121_010, 487_000)),
        ("1012AB", "2 a", (121_010, 487_000)),
        ("1012AB", "2-A-3", (121_012, 487_000)),
        ("1012AB", "4 hs", (121_021, 487_002)),
        ("1012AB", "4", (121_021, 487_002)),
        ("1012AB", "6", "huisnummer onbekend in deze postcode"),
        ("1012AB", "6-2", (121_640, 487_000)),
        ("1012AB", "7", "huisnummer onbekend in deze postcode"),
        ("9999ZZ", "1", "postcode onbekend bij PDOK"),
        ("0012AB", "1", "geen geldige postcode"),
        ("1012", "1", "geen geldige postcode"),
        (None, "1", "geen geldige postcode"),
        ("1012AB", None, "geen huisnummer"),
        ("1012AB", "t/o", "geen huisnummer"),
        ("1012AC", "1 BIS", (122_000, 488_000)),
    ],
)
def test_an_address_lies_where_pdok_says_or_says_why_not(addresses, postcode, number, place):
    assert places(addresses.located([postcode], [number])) == [place]


@pytest.mark.parametrize(
    ("metres", "place"), [(100, (121_050, 487_000)), (101, "huisnummer onbekend in deze postcode")]
)
def test_a_number_is_placed_in_the_middle_of_addresses_within_100_metres(tmp_path, metres, place):
    apart = STREET.iloc[[5, 6]].assign(x=[121_000, 121_000 + metres])
    with Standin(Locatieserver(apart)) as server:
        addresses = Addresses(Client(tmp_path, gateway=server.url, policy=QUICK))
        assert places(addresses.located(["1012AB"], ["6"])) == [place]


def test_how_many_were_placed_by_their_number_only_is_noted(addresses):
    addresses.located(["1012AB"] * 4, ["4", "4 hs", "1", "6"])
    assert addresses.notes == ("2 zonder bekende toevoeging geplaatst op hun huisnummer",)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("0363010000000001", (121_000.5, 487_000.25)),
        ("363010000000001", (121_000.5, 487_000.25)),
        ("0363020000000008", (122_000, 488_000)),
        ("0363010000000099", "verblijfsobject onbekend bij PDOK"),
        ("0363100000000001", "geen id van een verblijfsobject"),
        ("abc", "geen id van een verblijfsobject"),
        (None, "geen id van een verblijfsobject"),
    ],
)
def test_an_object_lies_where_pdok_says_or_says_why_not(addresses, written, place):
    assert places(addresses.of_objects([written])) == [place]


def test_each_postcode_is_asked_once_and_no_house_number_leaves_the_house(addresses, standin):
    addresses.located(["1012AB", "1012AC", "1012AB"], ["1", "1", "4"])
    addresses.located(["1012AB"], ["2A"])
    assert sorted(re.findall(r"postcode:\((\w+)\)", " ".join(standin.requests))) == ["1012AB", "1012AC"]
    assert not any(re.search(r"huisnummer:|[?&]q=(?!\*)", one) for one in standin.requests)


def test_progress_is_reported(addresses):
    counts = []
    addresses.on_progress = lambda done, whole: counts.append((done, whole))
    addresses.located(["1012AB", "1012AC", "9999ZZ"], ["1"] * 3)
    assert counts == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(("count", "requests"), [(100, 2), (101, 3)])
def test_objects_are_asked_fifty_at_a_time(addresses, standin, count, requests):
    addresses.of_objects([f"036301{at:010d}" for at in range(count)])
    assert len(standin.requests) == requests


@pytest.mark.parametrize(("count", "requests"), [(200, 2), (201, 3)])
def test_a_postcode_with_more_addresses_than_a_page_of_100_comes_in_whole(tmp_path, count, requests):
    many = pd.DataFrame({"postcode": "1012AB", "huisnummer": np.arange(1, count + 1), "huisletter": "",
                         "huisnummertoevoeging": "", "adresseerbaarobject_id": "0363010000000001",
                         "x": np.arange(count) + 121_000.0, "y": 487_000.0})  # fmt: skip
    with Standin(Locatieserver(many)) as server:
        addresses = Addresses(Client(tmp_path, gateway=server.url, policy=QUICK))
        x, _, why = addresses.located(["1012AB"] * count, [str(one) for one in range(1, count + 1)])
        assert len(server.requests) == requests
    assert (x == many["x"]).all()
    assert not any(why)


@pytest.mark.parametrize("spoil", [busy(0), Reply(503), cut(50), halved, dripping(3)])
def test_a_fault_that_passes_is_passed(addresses, standin, spoil):
    standin.trap("locatieserver", spoil)
    assert places(addresses.located(["1012AB"], ["1"])) == [(121_000.5, 487_000.25)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"docs": []}', "no answer as the Locatieserver gives it"),
        (b'{"response": {"numFound": 3, "docs": []}}', "0 addresses came, of 3 that there are"),
        (ONE % (b"9999ZZ", b"POINT(1 2)"), "answers with addresses that were not asked"),
        (ONE % (b"1012AB", b"niets"), "answers with addresses that were not asked"),
    ],
)
def test_an_answer_to_another_question_is_refused_and_not_cached(addresses, standin, body, said):
    standin.trap("locatieserver", Reply(200, body, {"Content-Type": "application/json"}))
    with pytest.raises(SourceError, match=said):
        addresses.located(["1012AB"], ["1"])
    assert places(addresses.located(["1012AB"], ["1"])) == [(121_000.5, 487_000.25)]


def test_what_was_asked_before_answers_where_there_is_no_service(addresses, standin, tmp_path):
    addresses.located(["1012AB"], ["1"])
    count = len(standin.requests)
    inside = Addresses(Client(tmp_path / "cache", offline=True, gateway=standin.url))
    assert places(inside.located(["1012AB"], ["4"])) == [(121_021, 487_002)]
    assert len(standin.requests) == count
    with pytest.raises(SourceError, match="this machine works offline, and no answer to it is cached"):
        inside.located(["1012AC"], ["1"])


def test_what_was_asked_is_in_no_name_of_a_file_and_in_files_for_their_owner_alone(addresses, tmp_path):
    before = os.umask(0)
    try:
        addresses.located(["1012AB"], ["1"])
        addresses.of_objects(["0363010000000001"])
    finally:
        os.umask(before)
    store = tmp_path / "cache" / "addresses"
    files = [one for one in store.rglob("*") if one.is_file()]
    assert len([one for one in files if one.suffix == ".json"]) == 2
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    assert {one.stat().st_mode & 0o777 for one in (store, store / "redirects")} == {0o700}
    assert not any("1012AB" in str(one) or "0363010000000001" in str(one) for one in files)
    assert list((tmp_path / "cache" / "answers").glob("*.json")) == []


def test_the_name_of_a_file_cannot_be_made_from_the_postcode_elsewhere(standin, tmp_path):
    names = []
    for home in ("een", "twee"):
        Addresses(Client(tmp_path / home, gateway=standin.url, policy=QUICK)).located(["1012AB"], ["1"])
        names += [one.name for one in (tmp_path / home / "addresses").glob("*.json")]
    assert len(set(names)) == 2


def test_a_store_that_is_carried_elsewhere_answers_there(addresses, tmp_path):
    addresses.located(["1012AB"], ["1"])
    shutil.copytree(tmp_path / "cache", tmp_path / "binnen")
    inside = Addresses(Client(tmp_path / "binnen", offline=True))
    assert places(inside.located(["1012AB"], ["1"])) == [(121_000.5, 487_000.25)]


def test_answers_are_removed_after_a_month_and_those_of_a_mirror_inside_stay(addresses, standin, tmp_path):
    addresses.located(["1012AB", "1012AC"], ["1", "1"])
    old, young = sorted((tmp_path / "cache" / "addresses").glob("*.json"))
    redirect = tmp_path / "cache" / "addresses" / "redirects" / "a.dat"
    redirect.write_text("a digest of what was asked")
    for file, days in ((old, 31), (redirect, 31), (young, 29), (redirect.with_name("key"), 400)):
        os.utime(file, (time.time() - days * 86_400,) * 2)
    Addresses(Client(tmp_path / "cache", offline=True))
    assert old.exists()
    Addresses(Client(tmp_path / "cache", gateway=standin.url))
    assert not old.exists()
    assert not redirect.exists()
    assert young.exists()
    assert redirect.with_name("key").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        Reply(404, b"geen 1012AB hier", {"Content-Type": "text/plain"}),
        Reply(503, b"1012 AB: druk"),
        Reply(200, b'{"docs": []}', {"Content-Type": "application/json"}),
        Reply(200, ONE % (b"9999ZZ", b"POINT(1 2)"), {"Content-Type": "application/json"}),
        Reply(302, b"", {"Location": "http://example.org/?q=1012AB"}),
        Reply(301, b"", {"Location": "ftp://api.pdok.nl/?q=1012AB"}),
    ],
)
def test_no_fault_and_no_line_of_a_log_says_what_was_asked(standin, tmp_path, spoil):
    told = []
    client = Client(tmp_path, gateway=standin.url, policy=QUICK, on_retry=lambda why: told.append(str(why)))
    standin.trap("locatieserver", spoil, lasting=True)
    with pytest.raises(SourceError) as raised:
        Addresses(client).located(["1012AB"], ["1"])
    assert "api.pdok.nl" in str(raised.value)
    assert not any(re.search(r"1012 ?AB|9999ZZ", text) for text in (str(raised.value), *told))


@given(st.lists(st.tuples(st.one_of(st.none(), st.text(max_size=8)), st.one_of(st.none(), st.text(max_size=8)))))
def test_whatever_is_written_every_row_has_a_place_or_a_reason(tmp_path_factory, cells):
    addresses = Addresses(Client(tmp_path_factory.mktemp("cache"), offline=True))
    addresses._houses = {"1012AB": {1: {"": (1.0, 2.0)}}}
    known = [one for one in cells if one[0] is None or not re.search(r"\d{4}", one[0])]
    x, _, why = addresses.located([one for one, _ in known], [one for _, one in known])
    assert (np.isnan(x) == np.array([one is not None for one in why], dtype=bool)).all()


def houses(table):
    """An address for every row, of which the number leads to its place."""
    postcodes = [f"1{at // 100:03d}AB" for at in range(len(table))]
    numbers = [at % 100 + 1 for at in range(len(table))]
    known = pd.DataFrame({"postcode": postcodes, "huisnummer": numbers, "huisletter": "", "huisnummertoevoeging": "",
                          "adresseerbaarobject_id": [f"036301{at:010d}" for at in range(len(table))],
                          "x": table["x"], "y": table["y"]})  # fmt: skip
    return known, table.drop(columns=["x", "y"]).assign(pc=postcodes, nr=numbers, vbo=known["adresseerbaarobject_id"])


@pytest.mark.parametrize("place", [{"postcode": "pc", "huisnummer": "nr"}, {"object": "vbo"}, {"adres": "adres"}])
def test_rows_are_counted_by_their_address_as_by_their_place(tmp_path, place):
    known, table = houses(rows())
    table["adres"] = "Dorpsstraat " + table["nr"].astype(str) + ", " + table["pc"].str[:4] + " AB Utrecht"
    table.to_csv(tmp_path / "rijen.csv", index=False)
    with Standin(Locatieserver(known)) as server:
        given = RecordsInput(tmp_path, client=Client(tmp_path / "cache", gateway=server.url, policy=QUICK))
        found = tally(source(place=place), AREAS, given)
    pd.testing.assert_frame_equal(found.table, expected(rows()), check_names=False)


def test_an_id_that_a_spreadsheet_shortened_is_named_as_such(addresses):
    assert places(addresses.of_objects(["3,63E+14", "3.63010000000001E+14", "x", "0363010000000001"]))[:3] == [
        "id die een rekenblad inkortte, zoals 1,4E13: exporteer de kolom als tekst",
        "id die een rekenblad inkortte, zoals 1,4E13: exporteer de kolom als tekst",
        "geen id van een verblijfsobject",
    ]


def test_letter_and_addition_may_have_columns_of_their_own(tmp_path):
    spot = AREAS.table.geometry.iloc[0].representative_point()
    known = STREET.assign(x=spot.x + np.arange(len(STREET)) * 1e3, y=spot.y)
    table = pd.DataFrame({"pc": ["1012AB"], "nr": [2], "letter": ["a"], "toe": [None], "datum": "2024-01-01",
                          "soort": "hennep", "bedrag": 1})  # fmt: skip
    table.to_csv(tmp_path / "rijen.csv", index=False)
    place = {"postcode": "pc", "huisnummer": "nr", "huisletter": "letter", "toevoeging": "toe"}
    with Standin(Locatieserver(known)) as server:
        given = RecordsInput(tmp_path, client=Client(tmp_path / "cache", gateway=server.url, policy=QUICK))
        found = tally(source(place=place), AREAS, given)
    x = spot.x + 1e3
    area = AREAS.table.index[AREAS.table.contains(spot.__class__(x, spot.y))]
    assert found.table.loc[area, "meldingen_2024"].tolist() == [1.0]


def test_a_count_that_was_killed_goes_on_where_it_was(tmp_path):
    known, table = houses(rows(3000))
    table.to_csv(tmp_path / "rijen.csv", index=False)
    (tmp_path / "meldingen.toml").write_text(DECLARED, encoding="utf-8")
    command = [sys.executable, "-m", "services.cli", "tally", tmp_path / "meldingen.toml", "--data", "testland"]
    with Standin(Locatieserver(known)) as server:
        server.trap(r"10(1[5-9]|2\d)AB", dripping(0.05), lasting=True)
        environment = {
            **os.environ,  # noqa: TID251
            "ZICHT_GATEWAY": server.url,
            "ZICHT_CACHE": str(tmp_path / "cache"),
            "ZICHT_LANG": "en",
        }
        running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not server.count(r"10(1[5-9]|2\d)AB"):
            assert running.poll() is None, running.stderr.read()
            time.sleep(0.01)
        time.sleep(0.2)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=30)
        before = len(server.requests)
        server._traps.clear()
        again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert again.returncode == 1, again.stderr  # the board of squares is not in Testland
        assert "none of 3000 rows could be counted: 3000 lies in no area" in " ".join(again.stderr.split())
        assert 15 <= before < 30
        assert len(server.requests) - before == 15  # what had come in whole is not asked again


DECLARED = """
id = "meldingen"
title = "Meldingen"
publisher = "Gemeente"
license = "niet openbaar"
url = "https://example.org"
attribution = "Gemeente"
status = "open"
vintage = 2024
periods = [2024]

[records]
path = "rijen.csv"
legal_ground = "Gemeentewet art. 172"
covers = ["NL"]

[records.place]
postcode = "pc"
huisnummer = "nr"

[records.count.meldingen]

[columns.meldingen]
title = "Meldingen"
formula = "meldingen"
"""
