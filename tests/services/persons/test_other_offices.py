"""Columns as other offices have them than those of the labelled set."""

import numpy as np
import pytest

from tests.services.persons.labelled import BUSINESSES
from tests.services.persons.test_labelled import is_refused

GIVEN = ["Gerrie", "Demi", "Soukaina", "Bouke", "Zoltan", "Imke", "Radboud", "Lubna", "Hidde", "Djamila"]
FAMILY = ["Oudshoorn", "Pasman", "Labrujere", "Idrissi", "Tuinhof", "Wolthuis", "Vlek", "Ngala", "Ruijgrok", "Hamersma"]
CODES = ["hennep", "lawaai", "afval"]

PERSONAL = [
    "reden_uitkering", "delictverleden", "enkelband", "moskeebezoek", "moedertaal", "land_geb", "paspoortland",
    "tbs_status", "verstandelijke_beperking", "licht_verstandelijk_beperkt", "schuldbedrag", "participatiewet",
    "betalingsachterstand_huur", "alcoholprobleem", "drugsgebruiker", "pashouder_nr", "politieverleden", "strafzaak",
    "jeugdzorg", "wmo", "niet-westers", "pct westerse achtergrond", "huurdernr", "inkomen_huishouden", "jaarinkomen",
    "salaris", "burgerlijke_staat", "is_gehuwd", "rfid_pas", "pasnummer", "MilieuPas nr",
    "leeftijd_melder", "geslacht", "Gender", "gsm", "GSM-nummer", "whatsapp nr", "BRP_nummer", "burg_service_nr",
    "inburgeringsplichtig", "verblijfsvergunning", "type_verblijfstitel", "hkd_registratie", "verdacht_van",
    "verdenking", "rijksregisternummer", "vingerafdruk", "pasfoto", "vrijheidsstraf", "strafmaat_maanden",
    "id_kaart", "handtekening", "chassisnummer", "polisnummer", "inlognaam", "wachtwoord", "twitter_handle",
    "nummerplaat", "license_plate", "creditcard", "rek_nr", "mac_address", "device_id", "cookie_id",
    "tolk_nodig", "taal_thuis", "lhbti", "genderidentiteit", "bekeerd", "wlz_indicatie",
    "pgb", "beperking", "rolstoelgebruiker", "depressie", "dementie", "suicidepoging", "politiecontact", "aow",
    "loonbeslag", "huurtoeslag", "kwijtschelding", "loon", "echtscheiding", "ex_partner", "gezinsleden",
]  # fmt: skip
HARMLESS = [
    "geboortebos", "vismigratie", "herkomst_afval", "herkomst_verkeer", "herkomst_grond", "herkomstzone",
    "afstand_westerschelde", "westersingel_zijde", "nat_oppervlak", "diagnose_riool", "gehandicaptentoilet",
    "verslavingszorg_locatie", "kentekenparkeren", "sector_gezondheidszorg", "gezondheidsindex_buurt",
    "datum_inkomen", "gemiddeld_inkomen_buurt", "inkomende_post", "bestuurlijke_staat", "rfid_container",
    "uitkeringsdatum_subsidie", "algemene_uitkering_gemeentefonds", "telefoonpaal", "ip_code_investering", "tel_dag",
    "leeftijd_boom", "gemiddelde_leeftijd", "aantal_leeftijd_65plus", "geslacht_dier", "woning_leeftijd", "gsm_mast",
    "verdachte_situatie", "aard_verdachte_omstandigheid", "whatsapp_buurtpreventie", "verblijfsobject",
    "verblijfsduur_parkeren", "strafmaatregel_parkeren",
    "telefoonmelding", "via_telefoon", "mobiel_toilet", "email_kanaal", "emailmelding", "kentekencontrole",
    "kenteken_type", "ip_klasse", "nat_grasland", "nat_gebied", "herkomst_systeem", "herkomst_partij",
    "ziekteverzuim_pct", "gehandicaptenplaats", "paspoort_loket", "snelheidsbeperking", "loonwerkbedrijf",
]  # fmt: skip


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize("header", PERSONAL)
def test_a_column_that_is_about_a_person_is_refused(header):
    assert is_refused((header, CODES * 9))


@pytest.mark.parametrize("header", HARMLESS)
def test_a_column_that_only_sounds_so_comes_in(header):
    assert not is_refused((header, CODES * 9))


@pytest.mark.parametrize(
    "header",
    [
        "voogd",
        "gezinshoofd",
        "bestuurslid",
        "klager",
        "vrijwilliger",
        "aannemer",
        "ouder",
        "verzekerde",
        "nabestaanden",
    ],
)
def test_names_of_whatever_words_are_found_where_the_header_says_who_does_something(rng, header):
    cells = [f"{rng.choice(GIVEN)} {rng.choice(['van der ', 'ten ', ''])}{rng.choice(FAMILY)}" for _ in range(40)]
    assert is_refused((header, cells))
    assert not is_refused(("gebouw", cells))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("aannemer", ["Heijmans Infra", "Dura Vermeer", "Van Wijnen", "Ballast Nedam", "KWS"]),
        ("melder", ["BOA", "Wijkagent", "Bewoner", "Anonieme Melder"]),
        ("kamer", ["Zaal Rood", "Zaal Blauw", "Atrium"]),
        ("houder", BUSINESSES),
    ],
)
def test_firms_and_kinds_return_and_people_do_not(header, cells):
    assert not is_refused((header, cells * 9))


@pytest.mark.parametrize(
    "trader",
    [
        "Bakkerij Smit",
        "Garage de Wit",
        "Gebr. de Groot",
        "Firma Jansen",
        "Smit & Zn.",
        "Jansen en Zonen",
        "Garage Visser",
    ],
)
def test_a_firm_that_is_called_after_its_owner_is_a_person(trader):
    assert is_refused(("eigenaar", [trader, "Gemeente", "Woningcorporatie"]))


@pytest.mark.parametrize("firm", ["Garage", "Garage Centrum", "Garage P1", "Smit & Zn. B.V.", "Visser en Zonen BV"])
def test_a_firm_that_is_called_otherwise_is_none(firm):
    assert not is_refused(("eigenaar", [firm, "Gemeente", "Woningcorporatie"]))


@pytest.mark.parametrize(("different", "refused"), [(19, False), (20, True)])
def test_half_of_the_names_of_who_does_something_must_be_different(different, refused):
    cells = [f"Bouke Vlek{'abcdefghijklmnopqrstuvwxyz'[at % different]}" for at in range(40)]
    assert is_refused(("aannemer", cells)) == refused


def test_the_first_of_two_names_tells(rng):
    pair = lambda: f"{rng.choice(FAMILY)} {rng.choice(list('ABC'))}."  # noqa: E731
    assert is_refused(("rechthebbende", [f"{pair()} en {pair()}" for _ in range(40)]))
    assert is_refused(("bewoners", [f"{rng.choice(GIVEN)} {rng.choice(FAMILY)} / {pair()}" for _ in range(40)]))


def test_names_of_accounts_are_found(rng):
    assert is_refused(("gevonden", [f"@{rng.choice(GIVEN).lower()}.{at}" for at in range(20)]))
    assert not is_refused(("gevonden", [f"prijs 3 @ {at} euro" for at in range(20)]))


@pytest.mark.parametrize("number", ["2.{}.4.1", "3.{}.12.99"])
def test_numbers_of_articles_and_versions_are_no_addresses_of_computers(number):
    assert not is_refused(("artikel", [number.format(at) for at in range(40)]))
    assert is_refused(("artikel", [f"84.23.{at}.207" for at in range(40)]))


@pytest.mark.parametrize(("count", "refused"), [(9, True), (10, False)])
def test_ten_codes_that_are_all_of_one_sidecode_are_no_plates(count, refused):
    assert is_refused(("dossier", [f"24-VL-{at + 10}" for at in range(count)])) == refused
    assert is_refused(("dossier", [f"24-VL-{at + 10}" for at in range(count)] + ["1-XKB-45"]))
    assert is_refused(("bijzonderheden", [f"busje 24-VL-{at + 10} gezien" for at in range(count)]))


@pytest.mark.parametrize("header", ["datum_in_gebruik", "monument_sinds", "geplaatst_op", "vergund_op"])
def test_old_and_young_things_have_no_birthdays(rng, header):
    dates = [f"{rng.integers(1930, 2024)}-05-{at % 28 + 1:02d}" for at in range(60)]
    assert not is_refused((header, dates))
    assert is_refused(("datum1", dates))
