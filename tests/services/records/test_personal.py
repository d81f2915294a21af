"""Columns that identify persons never come in: by what they are called, by what stands in them, and with a way out."""

from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.persons import persons
from services.records.personal import Watcher, eleven
from services.records.tally import Door, tally
from tests.services.records.declared import AREAS, rows, source

PERSONAL = {
    "numbers of persons": ["bsn", "BSN", "BsnNummer", "burgerservicenummer_partner", "sofi-nummer", "A-nummer"],
    "names of persons": ["voornaam", "Achternaam", "naam_verdachte", "VerdachteNaam", "Naam eigenaar", "tussenvoegsel"],
    "dates and places of birth": ["geboortedatum", "GeboorteDatum_koper", "gebdat", "geboren op", "geboorteplaats"],
    "ways to reach a person": ["telefoonnummer", "e-mail", "Emailadres", "IBAN", "kenteken"],
    "origin or nationality": ["nationaliteit", "herkomst", "land van herkomst", "percentage_westers"],
    "religion, conviction or orientation": ["religie", "geloof", "politieke voorkeur", "seksuele_geaardheid"],
    "health": ["gezondheid", "diagnose", "medicatie", "verslaafd", "ggz"],
}  # fmt: skip
HARMLESS = [
    "zaak", "zaaknummer", "x_coord", "datum", "soort", "straatnaam", "buurtnaam", "naam", "postcode", "huisnummer",
    "koopsom", "bedrag", "terras", "herkomst_melding", "gezondheidscentrum_sbi", "objectnummer", "oppervlakte", "sbi",
    "eigenaar", "eigendom", "bouwjaar", "leeftijd_pand", "wijk", "seksuele_misdrijven", "kerk", "status", "aantal",
]  # fmt: skip


def called(headers):
    Watcher("rijen.csv", headers, []).end()


@pytest.mark.parametrize(("kind", "header"), [(kind, one) for kind, found in PERSONAL.items() for one in found])
def test_a_column_that_is_called_personal_is_refused_with_its_kind(kind, header):
    with pytest.raises(SourceError) as told:
        called(["zaak", header, "datum"])
    assert f"holds 1 column that may not come in: {header!r} ({kind}: " in str(told.value)


@pytest.mark.parametrize("header", HARMLESS)
def test_a_column_that_only_looks_alike_comes_in(header):
    called([header])


def test_all_columns_are_named_at_once_with_why_and_how_to_count_beforehand():
    with pytest.raises(SourceError) as told:
        called(["bsn", "x", "nationaliteit"])
    for part in ("2 columns", "'bsn'", "'nationaliteit'", "UAVG art. 46", "AVG art. 9", "count beforehand", "[table]"):
        assert part in str(told.value)


def test_what_columns_are_called_and_what_they_hold_is_told_together(tmp_path):
    table = rows(50).assign(voornaam="x", ref=bsn(50))
    table.to_csv(tmp_path / "rijen.csv", index=False)
    with pytest.raises(SourceError, match=r"2 columns that may not come in: 'voornaam' .*; 'ref' "):
        tally(source(), AREAS, Door(tmp_path))


def test_every_kind_says_why():
    assert {one.what for one in persons().kind} == set(PERSONAL)
    assert all(len(one.why) > 15 for one in persons().kind)


def bsn(count, seed=1):
    """Made-up numbers that pass the eleven-test."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < count:
        digits = rng.integers(0, 10, 8)
        last = int((digits * np.arange(9, 1, -1)).sum() % 11)
        if last < 10 and digits[0] > 0:
            found.append("".join(map(str, digits)) + str(last))
    return found


def watched(cells, name="kolom", period=None, batch=1000):
    table = pa.table({name: pa.array(cells)})
    watcher = Watcher("rijen.csv", [name], [name], period)
    for part in table.to_batches(batch):
        watcher.see(part)
    watcher.end()


@pytest.mark.parametrize(
    ("number", "passes"),
    [("111222333", True), ("123456782", True), ("123456789", False), ("000000000", False), ("10000009", False)],
)
def test_the_eleven_test_is_that_of_the_bsn(number, passes):
    """111222333 and 123456782 are the numbers that official examples use."""
    assert eleven(number) == passes


@given(st.integers(0, 10**8 - 1))
def test_of_ten_numbers_that_differ_in_the_last_digit_one_passes_at_most(start):
    assert sum(eleven(f"{start:08d}{last}") for last in range(10)) <= 1


WRITTEN = {
    "plain": lambda one: one,
    "with points": lambda one: f"{one[:4]}.{one[4:6]}.{one[6:]}",
    "amid text": lambda one: f"Verdachte met BSN {one}, gehoord",
    "as numbers": int,
}


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("count", [3, 40, 2500])
def test_numbers_that_pass_the_eleven_test_are_refused_whatever_the_column_is_called(how, count):
    with pytest.raises(SourceError, match=f"'kolom' \\({count} of {count} numbers in it pass the eleven-test"):
        watched([WRITTEN[how](one) for one in bsn(count)])


def test_a_fifth_of_numbers_of_persons_among_others_is_found():
    rng = np.random.default_rng(2)
    others = [str(one) for one in rng.integers(10**8, 10**9, 4000)]
    with pytest.raises(SourceError, match="eleven-test"):
        watched([*others, *bsn(1000)])


@pytest.mark.parametrize("seed", range(20))
def test_other_numbers_are_no_numbers_of_persons(seed):
    rng = np.random.default_rng(seed)
    first = int(rng.integers(10**8, 5 * 10**8))
    watched([str(one) for one in rng.integers(10**8, 10**9, 3000)])
    watched([str(one) for one in range(first, first + 3000)])  # case numbers in a row
    watched([str(one) for one in rng.integers(10**7, 10**8, 3000)])  # as the Chamber of Commerce has them
    watched([f"2024{month:02d}{day:02d}" for month, day in product(range(1, 13), range(1, 29))])
    watched([f"{one:.6f}" for one in rng.uniform(50, 54, 3000)])
    watched(rng.uniform(1e5, 3e5, 3000).round(3))


NAMES = [
    "J. de Vries", "P.M. Bakker", "Vries, J. de", "mevr. A. van den Berg", "Jan Jansen", "Fatima El Amrani",
    "Mohamed ben Ali", "Dhr. Özdemir", "Kees van 't Hof", "Smit", "de Jong", "Piet Hein",
]  # fmt: skip
PLACES = [
    "Jan van Galenstraat", "J.P. Coenstraat", "Johan de Wittlaan", "Dam", "Amsterdam", "Prins Hendrikkade",
    "Berg en Dal", "Willem de Zwijgerlaan 12", "Jansbuitensingel", "Grotekerksplein",
]  # fmt: skip
BUSINESSES = ["Bakkerij De Vries", "P. Bakker B.V.", "Stichting Jan Smit", "Slagerij Jansen en Zn.", "Cafe Het Hoekje"]
CODES = ["hennep", "Drugs xtc", "lawaai", "Z-1", "A12", "onbekend", "Noord", "particulier", "Woningcorporatie", "ja"]


@pytest.mark.parametrize("name", ["kolom", "naam", "eigenaar"])
def test_a_column_of_names_is_refused(name):
    with pytest.raises(SourceError, match="names of persons: 12 of 12 cells"):
        watched(NAMES, name)


def test_a_few_names_are_enough_where_names_are_to_be_expected():
    cells = [*NAMES[:6], *["Woningcorporatie"] * 60]
    with pytest.raises(SourceError, match="names of persons: 6 of 66 cells"):
        watched(cells, "eigenaar")
    watched(cells, "partij")


@pytest.mark.parametrize("cells", [PLACES, BUSINESSES, CODES])
@pytest.mark.parametrize("name", ["kolom", "naam"])
def test_streets_businesses_and_codes_are_no_names_of_persons(cells, name):
    watched(cells * 10, name)


def test_a_few_addresses_of_email_are_enough():
    cells = ["geen", None, *["x"] * 500, *[f"melding van piet{at}@example.nl" for at in range(5)]]
    with pytest.raises(SourceError, match="addresses of e-mail: 5 of 506 cells"):
        watched(cells)


def dates(first, last, count=500, form="%d-%m-%Y"):
    rng = np.random.default_rng(3)
    days = pd.to_datetime("1900-01-01") + pd.to_timedelta(
        rng.integers((first - 1900) * 365, (last - 1900) * 365, count), "D"
    )
    return [form(one) if callable(form) else one.strftime(form) for one in days]


@pytest.mark.parametrize(
    "form", ["%d-%m-%Y", "%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%d 00:00", lambda one: one.date()]
)
def test_dates_as_people_are_born_are_refused_unless_they_are_the_period(form):
    cells = dates(1935, 2005, form=form)
    with pytest.raises(SourceError, match="dates of birth"):
        watched(cells, "dat1")
    watched(cells, "dat1", period="dat1")


@pytest.mark.parametrize(("first", "last"), [(2015, 2025), (1995, 2025), (1970, 2020)])
def test_other_dates_come_in(first, last):
    watched(dates(first, last))


def test_a_file_with_persons_is_refused_before_a_row_is_counted_though_the_column_is_not_read(tmp_path):
    table = rows(50)
    table.assign(ref=bsn(50)).to_csv(tmp_path / "rijen.csv", index=False)
    with pytest.raises(SourceError, match=r"'ref' \(50 of 50 numbers"):
        tally(source(), AREAS, Door(tmp_path, listed=tmp_path / "uit.csv"))
    assert not (tmp_path / "uit.csv").exists()
    table.assign(geboortedatum="").to_csv(tmp_path / "rijen.csv", index=False)
    with pytest.raises(SourceError, match="geboortedatum"):
        tally(source(), AREAS, Door(tmp_path))


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.from_regex(r"\d{1,12}", fullmatch=True)), max_size=50))
def test_whatever_stands_in_cells_the_search_ends(cells):
    try:
        watched(pa.array(cells, pa.string()), batch=7)
    except SourceError as fault:
        assert "may not come in" in str(fault)  # noqa: PT017  # either way is an end
