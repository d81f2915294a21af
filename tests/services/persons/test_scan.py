"""Columns that identify persons never come in: by what they are called, by what stands in them, and with a way out."""

from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from layers.declarations.persons import origin_in, persons
from services.persons.bsn import elfproef, passing
from services.persons.names import are_names
from services.persons.scan import PersonScan
from services.sources.records.tally import RecordsInput, tally
from tests.services.sources.records.declared import AREAS, rows, source

PERSONAL = {
    "numbers of persons": [
        "bsn", "BSN", "BsnNummer", "burgerservicenummer_partner", "sofi-nummer", "A-nummer", "BSNaanvrager",
        "BSNAanvrager", "aanvragerbsn", "patiëntnummer", "persoonsnr", "persnr", "klantnr", "V-nummer",
    ],
    "names of persons": [
        "voornaam", "Achternaam", "naam_verdachte", "VerdachteNaam", "Naam eigenaar", "tussenvoegsel", "Naam betr.",
        "naam vergunninghouder", "naam rechthebbende", "naam ondernemer", "hoofdbewonernaam", "Namen bewoner",
        "naamMelder",
    ],
    "dates and places of birth": [
        "geboortedatum", "GeboorteDatum_koper", "gebdat", "geboren op", "geboorteplaats", "birthdate", "date_of_birth",
        "gebdtm", "geb.jaar", "gebplaats", "geboorteland",
    ],
    "ways to reach a person": [
        "telefoonnummer", "e-mail", "Emailadres", "IBAN", "kenteken", "tel", "Tel.", "mob", "mail", "rekeningnr",
        "mobiel",
    ],
    "origin or nationality": [
        "nationaliteit", "herkomst", "land van herkomst", "percentage_westers", "etniciteit", "asielzoeker", "nat",
        "nat.", "nationalit.", "geb.land", "gebland", "allochtonen", "vreemdeling", "migr_achtergrond", "ras",
    ],
    "criminal data of persons": ["antecedenten", "strafblad", "Veroordeeld", "recidive"],
    "benefits and debts of persons": ["uitkering", "SoortUitkering", "schuldsanering"],
    "age and sex of persons": ["leeftijd", "leeftijd_bewoner", "geslacht", "gender"],
    "income and marriage of persons": ["inkomen", "burgerlijke_staat", "JaarinkomenHuishouden"],
    "religion, conviction or orientation": ["godsdienst", "geloof", "politieke voorkeur", "seksuele_geaardheid"],
    "health": ["gezondheid", "diagnose", "medicatie", "verslaafd", "ggz", "ziekte", "handicap", "wmo-indicatie"],
}  # fmt: skip
HARMLESS = [
    "zaak", "zaaknummer", "x_coord", "datum", "soort", "straatnaam", "buurtnaam", "naam", "postcode", "huisnummer",
    "koopsom", "bedrag", "terras", "herkomst_melding", "gezondheidscentrum_sbi", "objectnummer", "oppervlakte", "sbi",
    "eigenaar", "eigendom", "bouwjaar", "leeftijd_pand", "wijk", "seksuele_misdrijven", "kerk", "status", "aantal",
    "bedrijfsnaam", "plaatsnaam", "naam_straat", "telefoonmast", "gezondheidscentrum", "gehandicaptenparkeerplaats",
    "iepziekte", "ziekte boom", "herkomst melding", "herkomst signaal", "afstand droog nat. terrein",
    "gezondheid_afstand apotheek", "straat_voorvoegsel", "aantal_kentekens",
    "burgerservicepunt", "diefstal mobiel", "geloofwaardigheid", "dierenasiel", "automobielbedrijf", "websnelheid",
    "WOZwaarde", "hotel", "nationaal park", "gebouwdatum", "rookmelder", "VN", "AN",
]  # fmt: skip


def called(headers):
    PersonScan("rijen.csv", headers, []).check()


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
        tally(source(), AREAS, RecordsInput(tmp_path))


def test_every_kind_says_why():
    assert {str(one.what) for one in persons().kind} == set(PERSONAL)
    assert all(len(str(one.why)) > 15 for one in persons().kind)


def bsn(count, seed=1, first=None):
    """Made-up numbers that pass the elfproef, all with the same first digit if so wished."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < count:
        digits = rng.integers(0, 10, 8)
        digits[0] = rng.integers(1, 10) if first is None else first
        last = int((digits * np.arange(9, 1, -1)).sum() % 11)
        if last < 10:
            found.append("".join(map(str, digits)) + str(last))
    return found


def scanned(cells, name="kolom", period=None, batch=1000):
    table = pa.table({name: pa.array(cells)})
    scan = PersonScan("rijen.csv", [name], [name], period)
    for part in table.to_batches(batch):
        scan.search(part)
    scan.check()


@pytest.mark.parametrize(
    ("number", "passes"),
    [("111222333", True), ("123456782", True), ("123456789", False), ("000000000", False), ("10000009", False)],
)
def test_the_elfproef_is_that_of_the_bsn(number, passes):
    """111222333 and 123456782 are the numbers that official examples use."""
    assert elfproef(number) == passes


@given(st.integers(0, 10**8 - 1))
def test_of_ten_numbers_that_differ_in_the_last_digit_one_passes_at_most(start):
    assert sum(elfproef(f"{start:08d}{last}") for last in range(10)) <= 1


WRITTEN = {
    "plain": lambda one: one,
    "with points": lambda one: f"{one[:4]}.{one[4:6]}.{one[6:]}",
    "with dashes": lambda one: f"{one[:4]}-{one[4:6]}-{one[6:]}",
    "in threes": lambda one: f"{one[:3]} {one[3:6]} {one[6:]}",
    "as thousands": lambda one: f"{one[:3]}.{one[3:6]}.{one[6:]}",
    "amid text": lambda one: f"Verdachte met BSN {one}, gehoord",
    "at the end of text": lambda one: f"gehoord: {one[:4]}.{one[4:6]}.{one[6:]}.",
    "as numbers": int,
    "as pandas writes them": lambda one: f"{one}.0",
    "as amounts": lambda one: f"{one},00",
    "with a zero": lambda one: f"0{one}",
    "of twelve digits": lambda one: one.zfill(12),
    "as powers": lambda one: f"{one[0]}.{one[1:]}E+08",
    "as powers with a comma": lambda one: f"{one[0]},{one[1:]}e+08",
}


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("count", [3, 40, 2500])
def test_numbers_that_pass_the_elfproef_are_refused_whatever_the_column_is_called(how, count):
    with pytest.raises(SourceError, match=f"'kolom' \\({count} of {count} numbers in it pass the elfproef"):
        scanned([WRITTEN[how](one) for one in bsn(count)])


BESIDE = {
    "a company": lambda one, _: f"{one}/12345678",
    "another after a comma": lambda one, other: f"{one},{other}",
    "another after a semicolon": lambda one, other: f"{one}; {other}",
    "another in text": lambda one, other: f"{one} en {other[:4]}.{other[4:6]}.{other[6:]} gehoord",
    "another after a blank": lambda one, other: f"{one} {other}",
}


@pytest.mark.parametrize("how", BESIDE)
def test_several_numbers_in_a_cell_are_all_tested(how):
    found = bsn(40)
    with pytest.raises(SourceError, match=r"(20|40) of (20|40) numbers in it pass"):
        scanned([BESIDE[how](one, other) for one, other in zip(found[:20], found[20:], strict=True)])


def test_a_number_without_its_first_zero_is_found():
    short = [one[1:] for one in bsn(400, first=0)]
    with pytest.raises(SourceError, match="elfproef"):
        scanned(short)
    with pytest.raises(SourceError, match="elfproef"):
        scanned([f"{one}.0" for one in short])


def test_a_fifth_of_numbers_of_persons_among_others_is_found():
    rng = np.random.default_rng(2)
    others = [str(one) for one in rng.integers(10**8, 10**9, 4000)]
    with pytest.raises(SourceError, match="elfproef"):
        scanned([*others, *bsn(1000)])


def test_one_other_number_does_not_hide_a_few_numbers_of_persons():
    with pytest.raises(SourceError, match="5 of 6 numbers"):
        scanned([*bsn(5), "123456789"])


def test_a_few_other_numbers_seldom_look_like_numbers_of_persons():
    rng = np.random.default_rng(4)
    columns = [[str(one) for one in rng.integers(10**8, 10**9, rng.integers(3, 30))] for _ in range(4000)]
    assert sum(passing(one) is not None for one in columns) <= 4


@pytest.mark.parametrize("seed", range(20))
def test_other_numbers_are_no_numbers_of_persons(seed):
    rng = np.random.default_rng(seed)
    first = int(rng.integers(10**8, 5 * 10**8))
    scanned([str(one) for one in rng.integers(10**8, 10**9, 3000)])
    scanned([str(one) for one in range(first, first + 3000)])  # case numbers in a row
    scanned([str(one) for one in rng.integers(10**7, 10**8, 3000)])  # as the Chamber of Commerce has them
    scanned([f"2024-{one:09d}" for one in range(first // 1000, first // 1000 + 3000)])
    scanned([f"{one:012d}" for one in rng.integers(10**8, 10**9, 3000)])
    scanned([f"0{one}" for one in rng.integers(10**8, 5 * 10**8, 3000)])  # telephones of offices
    scanned([f"{one:.9f}".replace(".", ",") for one in rng.uniform(50, 54, 3000)])
    scanned([f"{one:,}".replace(",", ".") for one in rng.integers(10**8, 10**9, 3000)])
    scanned(
        [f"{day:02d}{month:02d}{year}" for day, month, year in product(range(1, 29), range(1, 13), range(2015, 2025))]
    )
    scanned([f"2024{month:02d}{day:02d}" for month, day in product(range(1, 13), range(1, 29))])
    scanned([f"{one:.6f}" for one in rng.uniform(50, 54, 3000)])
    scanned(rng.uniform(1e5, 3e5, 3000).round(3))


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


WRITINGS = [
    "JANSEN", "jansen", "FATMA YILDIZ", "fatma yildiz",
    "Fatma Y\N{LATIN SMALL LETTER DOTLESS I}ld\N{LATIN SMALL LETTER DOTLESS I}z", "Fátma Yildiz", "Jansen Piet",
    "Jansen P.J.", "Jansen PJ",
    "Jansen, PJ", "PJ Jansen", "pj jansen", "p.j. jansen", "P.J.Jansen", "JANSEN, PIET", "DE VRIES, FATMA",
    "JANSEN, P.", "drs. ing. P. Jansen", "prof. dr. P. Jansen", "mr. dr. A. Smolders", "Fam. Jansen",
    "familie jansen", "P. Jansen e/v X", "P. Jansen (1980)", "P. Jansen sr.", "P. Jansen, 12-03-1980",
    "J. (Jan) Smolders", "Th.M. Smolders", "Jansen-de Vries", "P. Jansen; A. de Boer", "Dhr./mevr. Smolders",
    "De heer van den Berg", "mw. smolders", "Bakker, Fatma", "van den Berg", "Smolders, P.", "Mr. A.B. Smolders",
    "jan van den berg",
]  # fmt: skip


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("name", ["kolom", "naam"])
def test_names_are_known_whatever_way_they_are_written(name, writing):
    assert are_names(pa.array([writing]), expected=name == "naam").to_pylist() == [True]


EXPECTED = ["P Smolders", "PJ Smolders", "Smolders, PJ", "Smolders P.J.", "jan smolders", "Den Haag, NL"]


@pytest.mark.parametrize("writing", EXPECTED)
def test_ways_that_places_share_are_names_where_the_header_announces_them(writing):
    cells = pa.array([writing])
    assert are_names(cells, expected=True).to_pylist() == [True]
    assert are_names(cells, expected=False).to_pylist() == [False]


NAMELESS = [
    "A Centrum", "B Noord", "P. Centrum", "A Woonfunctie", "P. Potterstr.", "P. Potterstr", "Mr. Treubln",
    "Mr. Treubln.", "Wijk A", "Blok B", "Vak C, D", "BT Bijdorp", "Prins Hendrikkade", "Jan van Galenstr. 12",
    "n.v.t.", "i.v.m. brand", "ING Bank", "P. Jansen B.V.", "Jansen BV", "VvE Jansen", "bos", "Post", "wit", "boer",
    "Rotterdam-Noord", "St. Jansklooster", "A.J. Ernstkade", "Dr. Schaepmanpl.", "aan de laan", "op de berg",
    "HR ketel", "familie ruzie", "zwart", "groen", "bruin", "els", "P. Plein", "ja", "X", "",
]  # fmt: skip


@pytest.mark.parametrize("cell", NAMELESS)
@pytest.mark.parametrize("name", ["kolom", "naam"])
def test_places_functions_businesses_and_phrases_are_no_names(name, cell):
    assert are_names(pa.array([cell]), expected=name == "naam").to_pylist() == [False]


@pytest.mark.parametrize("name", ["kolom", "naam", "eigenaar"])
def test_a_column_of_names_is_refused(name):
    with pytest.raises(SourceError, match="names of persons: 12 of 12 cells"):
        scanned(NAMES, name)


def test_a_few_names_are_enough_where_names_are_to_be_expected():
    cells = [*NAMES[:6], *["Woningcorporatie"] * 60]
    with pytest.raises(SourceError, match="names of persons: 6 of 66 cells"):
        scanned(cells, "eigenaar")
    scanned(cells, "partij")


@pytest.mark.parametrize("cells", [PLACES, BUSINESSES, CODES, NAMELESS])
@pytest.mark.parametrize("name", ["kolom", "naam", "locatie", "straatnaam"])
def test_streets_businesses_and_codes_are_no_names_of_persons(cells, name):
    scanned(cells * 10, name)


def test_a_few_addresses_of_email_are_enough():
    cells = ["geen", None, *["x"] * 500, *[f"melding van piet{at}@example.nl" for at in range(5)]]
    with pytest.raises(SourceError, match="addresses of e-mail: 5 of 506 cells"):
        scanned(cells)


REACHES = {
    "mobile numbers": [
        "06-{0}", "06 {0}", "+316{0}", "0031 6 {0}", "+31 (0)6 {0}", "06{0}", "bel 06{0} na vijf uur",
        "06{0} / 0201234567",
    ],
    "bank accounts": ["NL91ABNA04{0}", "nl91 abna 04{0}", "betaald van NL91 INGB 04 {0}."],
}  # fmt: skip


@pytest.mark.parametrize(("what", "writing"), [(what, one) for what, found in REACHES.items() for one in found])
def test_mobile_numbers_and_bank_accounts_are_refused(what, writing):
    digits = np.random.default_rng(5).integers(10**7, 10**8, 9)
    with pytest.raises(SourceError, match=f"{what}: 9 of 9 cells"):
        scanned([writing.format(one) for one in digits])


@pytest.mark.parametrize(
    "writing",
    ["020-{0:07d}", "{0:010d}", "0612010000{0:06d}", "Z-06-{0}", "2024-06-12 {0}", "06-2024", "NL.IMBAG.Pand.{0}"],
)
def test_other_numbers_are_no_telephones(writing):
    scanned([writing.format(one) for one in np.random.default_rng(6).integers(0, 10**6, 400)])


ORIGINS = [
    ["Turkse", "Marokkaanse", "Poolse", "Roemeense", "Nederlandse"],
    ["turks", "marokkaans", "Syrisch", "nederlands"],
    ["Turkije", "Marokko", "SURINAME", "Nederland", "Nederland", "België", "onbekend"],
    ["Chinese", "Chinees", "Ghanese"],
    ["westers", "niet-westers", "autochtoon"],
]


@pytest.mark.parametrize("cells", ORIGINS)
def test_a_column_of_nationalities_or_countries_of_origin_is_refused(cells):
    with pytest.raises(SourceError, match="origin or nationality: "):
        scanned(cells * 20)


@pytest.mark.parametrize(
    "cells", [["Nederland"], ["Nederland"] * 97 + ["Duitsland", "België", "Polen"], ["hennep", "xtc", "Turks"], ["NL"]]
)
def test_the_country_of_an_address_comes_in(cells):
    scanned(cells * 20)


MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905  # reads best


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
        scanned(cells, "dat1")
    scanned(cells, "dat1", period="dat1")


@pytest.mark.parametrize(
    "form",
    ["%d-%m-%y", "%d/%m/%y", lambda one: f"{one.day} {MONTHS[one.month - 1]} {one.year}", "%d %b. %Y", "%d-%b-%Y"],
)
def test_dates_of_birth_are_known_with_short_years_and_with_names_of_months(form):
    with pytest.raises(SourceError, match="dates of birth"):
        scanned(dates(1935, 2005, form=form), "dat1")


@pytest.mark.parametrize(
    "header",
    [
        "bouwdatum", "datum_plant", "aanleg", "oplevering", "datum vestiging", "ingangsdatum", "startdatum",
        "oprichting", "sloopdatum", "vergunning_dd", "DatumOplevering",
    ],
)  # fmt: skip
def test_dates_of_things_come_in_however_old(header):
    scanned(dates(1935, 2005), header)


@pytest.mark.parametrize(("first", "last"), [(2015, 2025), (1995, 2025), (1970, 2020)])
def test_other_dates_come_in(first, last):
    scanned(dates(first, last))


PERSON = {"bsn": "1", "rol": "getuige"}
NESTED = {
    "list": (pa.array([["a"], []]), "nested, which cannot be searched"),
    "struct": (pa.array([PERSON]), "nested, with 'bsn' \\(numbers of persons\\), which"),
    "list of structs": (pa.array([[PERSON]]), "nested, with 'bsn' "),
    "struct of structs": (pa.array([{"gegevens": PERSON}]), "nested, with 'bsn' "),
    "map": (pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), "nested, which"),
    "numbers of a struct": (pa.array([{"x": 1}]), "nested, which"),
    "bytes": (pa.array([b"Piet Jansen"]), "bytes, which cannot be searched"),
    "much bytes": (pa.array([b"Piet Jansen"], pa.large_binary()), "bytes, which"),
    "as many bytes": (pa.array([b"Jansen"], pa.binary(6)), "bytes, which"),
}


@pytest.mark.parametrize("what", NESTED)
def test_a_column_that_cannot_be_searched_is_refused_with_a_way_out(what):
    cells, why = NESTED[what]
    with pytest.raises(SourceError, match=rf"'kolom' \({why}.*leave (it|the column) out"):
        scanned(cells)


POINT = shapely.Point(121_000, 487_000)
GEOMETRIES = {
    "WKB": pa.array([shapely.to_wkb(POINT), None]),
    "a polygon": pa.array([shapely.to_wkb(POINT.buffer(5), byte_order=0)]),
    "with a height": pa.array([shapely.to_wkb(shapely.Point(1, 2, 3), flavor="iso")]),
    "EWKB": pa.array([shapely.to_wkb(shapely.set_srid(POINT, 28992), include_srid=True)]),
    "much WKB": pa.array([shapely.to_wkb(POINT)], pa.large_binary()),
    "nothing": pa.array([None], pa.binary()),
    "the bbox of GeoParquet": pa.array([dict.fromkeys(("xmin", "ymin", "xmax", "ymax"), 1.0)]),
    "points of GeoArrow": pa.array([{"x": 1.0, "y": 2.0}]),
    "lines of GeoArrow": pa.array([[{"x": 1.0, "y": 2.0}]]),
}


@pytest.mark.parametrize("what", GEOMETRIES)
def test_a_second_geometry_comes_in(what):
    scanned(GEOMETRIES[what])


def test_a_type_of_another_make_is_searched_by_what_it_is_stored_as():
    with pytest.raises(SourceError, match="elfproef"):
        scanned(pa.ExtensionArray.from_storage(pa.json_(), pa.array([f'{{"nr": "{one}"}}' for one in bsn(9)])))


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (("hennep", "Turkse"), "Turkse"), (("Marokko",), "Marokko"), (("turk*",), "turk*"), (("België",), "België"),
        (("niet-westers",), "niet-westers"), (("Asielzoekers",), "Asielzoekers"), (("hennep", "drugs*"), None),
        (("t*", "*"), None), (("Nederland",), None), (("roemer*",), None), ((), None),
    ],
)  # fmt: skip
def test_a_code_that_selects_people_by_origin_is_found(codes, found):
    assert origin_in(codes) == found


def test_a_file_with_persons_is_refused_before_a_row_is_counted_though_the_column_is_not_read(tmp_path):
    table = rows(50)
    table.assign(ref=bsn(50)).to_csv(tmp_path / "rijen.csv", index=False)
    with pytest.raises(SourceError, match=r"'ref' \(50 of 50 numbers"):
        tally(source(), AREAS, RecordsInput(tmp_path, rejects=tmp_path / "uit.csv"))
    assert not (tmp_path / "uit.csv").exists()
    table.assign(geboortedatum="").to_csv(tmp_path / "rijen.csv", index=False)
    with pytest.raises(SourceError, match="geboortedatum"):
        tally(source(), AREAS, RecordsInput(tmp_path))


@given(st.lists(st.one_of(st.none(), st.text(max_size=30), st.from_regex(r"\d{1,12}", fullmatch=True)), max_size=50))
def test_whatever_stands_in_cells_the_search_ends(cells):
    try:
        scanned(pa.array(cells, pa.string()), batch=7)
    except SourceError as fault:
        assert "may not come in" in str(fault)  # noqa: PT017  # either way is an end
