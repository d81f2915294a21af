"""Columns, all made up, of which is known whether they hold persons: a header and cells, 300 of each kind.

Sound on purpose as registrations of municipalities do, the ones that look alike beside each other. The family names of
those below a role are in no list of ours.
"""

from collections.abc import Iterator
from itertools import cycle, islice

import numpy as np

Column = tuple[str, list[str]]

RARE = ["Kaplan", "Ouwehand", "Terlouw", "Zwaneveld", "Hakvoort", "Oosterom", "Plugge", "Sijtsma", "Roelofsen", "Abdi",
        "Boukhari", "Wisniewski", "Tadesse", "Ferreira", "Hoogland", "Kemperman"]  # fmt: skip
FIRST = ["Orhan", "Jurre", "Tess", "Ilham", "Wietske", "Pawel", "Selam", "Duarte", "Fenna", "Brecht", "Soufiane"]
KNOWN = ["Jansen", "Visser", "Mulder", "de Vries", "van Dijk", "Bakker", "Yilmaz", "Hoekstra", "Peters", "de Boer"]
GIVEN = ["Piet", "Fatma", "Kees", "Mohamed", "Anja", "Sanne", "Willem", "Ineke", "Hassan", "Joris"]
TRADES = ["Loodgieters", "Bakkerij", "Schildersbedrijf", "Kapsalon", "Timmerwerken", "Hoveniers", "Klusbedrijf"]
ROLES = ["Melder is", "Bewoner", "Buurman"]
OWNERS = ["Particulier", "Woningcorporatie", "Gemeente", "Sociale Huur", "Vrije Huur"]
OFFICES = ["Stichting Ymere", "Woningcorporatie Rochdale", "Gemeente Havermonde", "Vastgoed Noord B.V."]
BUSINESSES = ["Bakkerij Zonneschijn", "Cafe Het Hoekje", "Kapsalon Knip", "Autobedrijf Zuid", "Jansen Beheer B.V."]
CONSONANTS = list("BDFGHJKLMNPRSTVWXZ")

PERSONAL_HEADERS = [
    "bsn", "BsnNummer", "burgerservicenummer", "sofinummer", "anummer", "paspoortnummer", "rijbewijsnummer",
    "clientnummer", "vnummer", "persoonsnummer", "voornaam", "achternaam", "roepnaam", "naam_verdachte",
    "naam_eigenaar", "eigenaar_naam", "tussenvoegsel", "voorletters", "geslachtsnaam", "contactpersoon",
    "naamMelder", "volledige_naam", "gebruikersnaam", "geboortedatum", "geboortejaar", "geboorteplaats", "gebdat",
    "datum_overlijden", "overlijdensdatum", "birthdate", "telefoonnummer", "e-mailadres", "mobielnummer", "iban",
    "rekeningnummer", "kenteken", "kenteken_voertuig", "ip_adres", "IPadres", "ip", "facebook",
    "instagram_account", "linkedin_url", "macadres", "imei", "nationaliteit", "land_van_herkomst", "etniciteit",
    "migratieachtergrond", "verblijfsstatus", "statushouder", "asielzoeker", "geboorteland", "afkomst",
    "huidskleur", "vreemdelingennummer", "godsdienst", "religie", "geloof", "geloofsovertuiging",
    "kerkgenootschap", "politieke_voorkeur", "seksuele_geaardheid", "levensovertuiging", "gezindte", "diagnose",
    "medicatie", "gezondheid_bewoner", "ziekte", "handicap", "ggz", "verslaafd", "wmo_indicatie",
    "psychische_klachten", "arbeidsongeschikt", "zwanger", "antecedenten", "strafblad", "veroordeling",
    "veroordelingen", "veroordeeld_voor", "recidive", "recidivist", "justitieel_verleden", "detentie",
    "ex_gedetineerd", "reclassering", "strafmaat", "vonnis", "uitkering", "soort_uitkering", "bijstandsuitkering",
    "uitkeringsgerechtigd", "wajong", "schuldhulpverlening", "schuldsanering", "wao", "type_uitkering",
    "strafdossier",
]  # fmt: skip

HARMLESS_HEADERS = [
    "geboorten", "geboortecijfer", "aantal_geboorten", "aantal_overleden", "migratiedatum", "datum_migratie",
    "datamigratie_batch", "kentekenplicht", "aantal_kentekens", "afstand_asielzoekerscentrum",
    "asielzoekerscentrum", "afdeling_gezondheid", "team_gezondheid", "gezondheidscentrum", "aantal_bsn_onbekend",
    "percentage_bsn_onbekend", "aantal_uitkeringen", "uitkeringskantoor", "aantal_veroordelingen",
    "penitentiaire_inrichting", "kerkgebouw", "godsdienst_gebouw", "seksuele_misdrijven", "zaaknummer", "x_coord",
    "y_coord", "datum_melding", "soort", "straatnaam", "buurtnaam", "plaatsnaam", "naam_straat", "postcode",
    "huisnummer", "koopsom", "oppervlakte", "bouwjaar", "sbi_code", "objectnummer", "woz_waarde", "status",
    "aantal", "bedrijfsnaam", "telefoonmast", "telefooncel", "iepziekte", "boomziekte",
    "gehandicaptenparkeerplaats", "gezondheid_afstand_apotheek", "dierenasiel", "diefstal_mobiel",
    "geloofwaardigheid", "automobielbedrijf", "rookmelder", "hotel", "nationaal_park", "burgerservicepunt",
    "straat_voorvoegsel", "herkomst_melding", "herkomst_water", "bron_herkomst", "inspectiedatum",
    "ontvangstdatum", "toezichtgebied", "wijkcode", "buurtcode", "gemeentecode", "perceelnummer",
    "kadastrale_aanduiding", "pandstatus", "gebruiksdoel", "vergunningnummer", "activiteit", "hoofdcategorie",
    "subcategorie", "prioriteit", "doorlooptijd", "afhandeldatum", "kanaal_melding", "energielabel",
    "aantal_woningen", "vloeroppervlak", "leegstand", "eigendomsvorm", "bestemming", "rapportcijfer",
    "temperatuur", "geluidsniveau", "snelheid", "rijrichting", "lichtmastnummer", "containernummer", "afvalsoort",
    "paspoortbalie", "uitkeringsloket", "percentage_uitkering", "simkaart_winkel", "aantal_zieken_bomen",
    "dieren_herkomst", "migratiebatch",
]  # fmt: skip

CODES = ["hennep", "lawaai", "afval", "overlast", "anders"]
STREETS = ["Burgemeester de Monchyplein", "Johan de Wittlaan", "Jan van Galenstraat", "Willem de Zwijgerlaan",
           "Prins Hendrikkade", "J.P. Coenstraat", "Mr. P.N. Arntzeniusweg", "Anna Paulownaplein", "Piet Heinkade",
           "Dr. Schaepmanstraat", "Marie Curielaan", "Rosa Parksweg", "Hugo de Grootplein"]  # fmt: skip


def personal() -> list[Column]:
    """300 columns with persons."""
    return [*((header, CODES * 3) for header in PERSONAL_HEADERS), *islice(_held(np.random.default_rng(1)), 201)]


def harmless() -> list[Column]:
    """300 columns without."""
    return [*((header, CODES * 3) for header in HARMLESS_HEADERS), *islice(_other(np.random.default_rng(2)), 200)]


def _held(rng: np.random.Generator) -> Iterator[Column]:
    """Columns with persons in their cells, below headers that do not always say so."""
    for column in cycle(_HELD):
        yield column(rng, 12 + int(rng.integers(0, 60)))


def _other(rng: np.random.Generator) -> Iterator[Column]:
    for column in cycle(_OTHER):
        yield column(rng, 12 + int(rng.integers(0, 60)))


def _of(rng: np.random.Generator, *parts: list[str]) -> str:
    """One of each, parted by blanks."""
    return " ".join(str(rng.choice(part)) for part in parts)


def _letters(rng: np.random.Generator, count: int) -> str:
    return "".join(rng.choice(CONSONANTS, count))


def _plate(rng: np.random.Generator) -> str:
    two, digits = _letters(rng, 2), f"{rng.integers(0, 100):02d}"
    return str(
        rng.choice([f"{two}-{digits}-{_letters(rng, 2)}", f"{digits}-{_letters(rng, 3)}-{rng.integers(0, 10)}",
                    f"{two}-{rng.integers(0, 1000):03d}-{_letters(rng, 1)}", f"{digits}-{two}-{_letters(rng, 2)}"])
    )  # fmt: skip


def _remark(rng: np.random.Generator, at: int) -> str:
    """One in four names someone."""
    if at % 4:
        return f"geen bijzonderheden gezien {at}"
    return f"gesproken met {_of(rng, ['dhr.', 'mevrouw'], RARE)} over lawaai {at}"


_HELD = [
    lambda rng, n: (str(rng.choice(["eigenaar", "huurder", "bewoner"])), [_of(rng, FIRST, RARE) for _ in range(n)]),
    lambda rng, n: ("melder", [_of(rng, ["van", "de", "el"], RARE) for _ in range(n)]),
    lambda rng, n: ("wie", [_of(rng, FIRST, RARE) for _ in range(n)]),
    lambda rng, n: ("eigenaren", [f"{_letters(rng, 1)}.{_letters(rng, 1)}. {rng.choice(RARE)}" for _ in range(n)]),
    lambda rng, n: ("huurder", [_of(rng, FIRST, RARE) if at % 2 else "Stichting Ymere" for at in range(n)]),
    lambda rng, n: ("bedrijfsnaam", [_of(rng, KNOWN, TRADES) for _ in range(n)]),
    lambda rng, n: ("onderneming", [f"{rng.choice(TRADES)} {_letters(rng, 1)}. {rng.choice(KNOWN)}" for _ in range(n)]),
    lambda rng, n: ("bron_adres", [".".join(map(str, rng.integers(1, 255, 4))) for _ in range(n)]),
    lambda rng, n: ("link", [f"https://www.facebook.com/{rng.choice(FIRST)}{at}" for at in range(n)]),
    lambda rng, n: ("gevonden_op", [f"zie instagram.com/{rng.choice(FIRST)}.{at}" for at in range(n)]),
    lambda rng, n: ("code", [_plate(rng) for _ in range(n)]),
    lambda rng, n: ("merk", [_plate(rng).replace("-", "") for _ in range(n)]),
    lambda rng, n: ("opmerking", [_remark(rng, at) for at in range(n)]),
    lambda rng, n: ("toelichting", [f"{_of(rng, ROLES, FIRST, RARE)} belt terug om {at} uur" for at in range(n)]),
    lambda rng, n: ("kolom", [_of(rng, GIVEN, KNOWN) for _ in range(n)]),
    lambda rng, n: ("referentie", [f"{rng.choice(GIVEN).lower()}{at}@example.nl" for at in range(n)]),
]  # fmt: skip
_OTHER = [
    lambda rng, n: ("herkomst", [_of(rng, ["app", "balie", "telefoon", "onbekend"]) for _ in range(n)]),
    lambda rng, n: ("mobiel", [str(rng.choice(["ja", "nee"])) for _ in range(n)]),
    lambda rng, n: (str(rng.choice(["locatie", "straat", "kolom"])), [str(rng.choice(STREETS)) for _ in range(n)]),
    lambda rng, n: ("adres", [f"{rng.choice(STREETS)} {rng.integers(1, 200)}" for _ in range(n)]),
    lambda rng, n: ("eigenaar", [_of(rng, OWNERS) for _ in range(n)]),
    lambda rng, n: ("huurder", [_of(rng, OFFICES) for _ in range(n)]),
    lambda rng, n: ("bedrijfsnaam", [_of(rng, BUSINESSES) for _ in range(n)]),
    lambda rng, n: ("versie", [f"{rng.integers(1, 9)}.{rng.integers(0, 20)}.{rng.integers(0, 20)}" for _ in range(n)]),
    lambda rng, n: ("zaak", [f"Z{rng.integers(10000, 99999)}" for _ in range(n)]),
    lambda rng, n: ("artikel", [f"AB{rng.integers(1000, 9999)}" for _ in range(n)]),
    lambda rng, n: ("postcode", [f"{rng.integers(1000, 9999)}{_letters(rng, 2)}" for _ in range(n)]),
    lambda rng, n: ("opmerking", [f"hek stuk bij {rng.choice(STREETS)} op de hoek {at}" for at in range(n)]),
    lambda rng, n: ("link", [f"https://www.example.nl/{rng.integers(1, 99)}" for _ in range(n)]),
    lambda rng, n: ("tijd", [f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}:17" for _ in range(n)]),
]  # fmt: skip
