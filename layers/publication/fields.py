"""The published columns: Dutch name, title, unit and type. The only place where they are named.

Store, API, map, GeoPackage and table all read these, so that a column means the same everywhere. What an indicator
adds is made from its declaration by `indicator_fields`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from layers.declarations.indicators import Indicator
from layers.publication.comparison import NATIONAL, NATIONWIDE, Against, average, mean, shared

FieldType = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class Field:
    """One published column. `unit` is empty where there is none.

    `against` says where the mean is of that figures are compared with (layers.publication.comparison); in a score or
    deviation it is 0.
    """

    name: str
    title: str
    type: FieldType
    description: str
    unit: str = ""
    against: str = NATIONWIDE

    @property
    def average(self) -> str:
        """What 0 of a score or deviation is called: landelijk, gemiddeld in Rotterdam."""
        return average(self.against)


def score_field(place: str) -> Field:
    """The score, where the means that it is reckoned from are those of a place."""
    told = f"Gewogen afwijking van {mean(place)}, opgeteld over de indicatoren. 0 is als {average(place)}."
    return Field("score", "Score", "number", told, "standaardafwijking", place)


ID = Field("id", "Kenmerk", "string", "Uniek kenmerk van dit object in deze laag.")
THEME = Field("thema", "Thema", "string", "Thema waarvoor is gezocht.")
LENS = Field("lens", "Lens", "string", "Lens waarmee indicatoren zijn gewogen; 'basis' is zonder lens.")
LEVEL = Field("niveau", "Niveau", "string", "Niveau van de gebieden waarin is gezocht.")
PERIOD = Field("periode", "Periode", "integer", "Jaar van de cijfers.", "jaar")
VINTAGE = Field("indeling", "Indeling", "integer", "Jaar van de gebiedsindeling.", "jaar")
AREA = Field("gebiedscode", "Gebiedscode", "string", "CBS-code of H3-index van het gebied.")
AREA_NAME = Field("gebiedsnaam", "Gebied", "string", "Naam van het gebied.")
GEMEENTE = Field("gemeentecode", "Gemeentecode", "string", "CBS-code van de gemeente.")
GEMEENTE_NAME = Field("gemeentenaam", "Gemeente", "string", "Naam van de gemeente.")
SCORE = score_field(NATIONWIDE)
Q = Field(
    "q",
    "q-waarde",
    "number",
    "Verwacht aandeel vals alarm onder alle gebieden die minstens zo sterk uitkomen (Benjamini-Hochberg).",
)
FLAG = Field("kansrijk", "Kansrijk", "boolean", "Of het gebied deel is van een kansrijk zoekgebied.")
REASON = Field(
    "reden",
    "Reden zonder toets",
    "string",
    "Waarom het gebied geen score heeft of niet is getoetst; leeg als het is getoetst.",
)

MADE_UP = Field("fictief", "Fictief", "boolean", "Of de cijfers verzonnen zijn (Testland).")
RANK = Field(
    "rang",
    "Rang",
    "integer",
    "Plaats in de rij zoekgebieden, naar de opgetelde score van de gebieden: sterk en groot gaat voor.",
)
TITLE = Field("titel", "Titel", "string", "Naam van het zoekgebied.")
AREA_COUNT = Field("aantal_gebieden", "Aantal gebieden", "integer", "Aantal gebieden in het zoekgebied.")
AREA_CODES = Field("gebiedscodes", "Gebiedscodes", "string", "Codes van de gebieden, gescheiden door een komma.")
GEMEENTEN = Field("gemeenten", "Gemeenten", "string", "Gemeenten waarin het zoekgebied ligt.")
EXPLANATION = Field("toelichting", "Toelichting", "string", "Waarom dit gebied is gevonden.")

COUNT = Field("telling", "Telling", "string", "Wat er is geteld: de kolom van de bron.")
VALUE = Field(
    "waarde", "Waarde", "number", "Aantal, overgezet naar deze indeling; leeg als het niet bekend is, zie de reden."
)
SPLIT = Field(
    "deel_gesplitst",
    "Deel uit gesplitste gebieden",
    "number",
    "Welk deel van de waarde uit gebieden komt die over meer gebieden zijn verdeeld; 0 is exact.",
)
ERROR = Field(
    "fout",
    "Harmonisatiefout",
    "number",
    "Standaardfout van de waarde door het verdelen, in het slechtste geval: als van elk gesplitst gebied iedereen op "
    "één plek woont.",
)
DISAGREEMENT = Field(
    "verschil",
    "Verschil met oppervlakte",
    "number",
    "Verschil met de waarde bij verdelen naar oppervlakte; leeg als er geen gewichten zijn.",
)
UNKNOWN = Field("waarde_reden", "Reden zonder waarde", "string", "Waarom er geen waarde is; leeg als die er is.")
MEANS = Field("wijze", "Wijze", "string", "Hoe de cijfers van dit jaar op deze indeling kwamen.")

SERIES_FIELDS = (
    ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, LEVEL, VINTAGE, PERIOD, COUNT, VALUE, SPLIT, ERROR, DISAGREEMENT,
    UNKNOWN, MEANS,
)  # fmt: skip
"""The columns of `zicht series`: a row an area and year."""

AREA_FIELDS = (ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, LEVEL, VINTAGE, MADE_UP)


def indicator_fields(indicators: Sequence[Indicator], against: Against = NATIONAL) -> tuple[Field, ...]:
    """The columns of each indicator: its value, its deviation, its contribution to the score, why it is unknown."""
    made: list[Field] = []
    for one in indicators:
        place = against.get(one, NATIONWIDE)
        made += [
            Field(one.id, one.title, "number", one.why, one.unit, place),
            Field(
                f"{one.id}_afwijking",
                f"{one.title}: afwijking van {mean(place)}",
                "number",
                f"Verschil met {mean(place)}, begrensd op drie; hoger is opvallender.",
                "standaardafwijking",
                place,
            ),
            Field(
                f"{one.id}_bijdrage",
                f"{one.title}: bijdrage aan de score",
                "number",
                "Wat deze indicator aan de score toevoegt; de bijdragen tellen op tot de score.",
                "standaardafwijking",
            ),
            Field(
                f"{one.id}_reden",
                f"{one.title}: reden zonder waarde",
                "string",
                "Waarom er geen waarde is; leeg als die er is.",
            ),
        ]
    return tuple(made)


def layer_fields(indicators: Sequence[Indicator], against: Against = NATIONAL) -> tuple[Field, ...]:
    """The columns of `indicatoren_<theme>_<level>`."""
    middle = (THEME, LENS, PERIOD, LEVEL, VINTAGE, _score(indicators, against), Q, FLAG, REASON)
    figures = indicator_fields(indicators, against)
    return (ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, *middle, *figures, MADE_UP)


def zoekgebied_fields(indicators: Sequence[Indicator], against: Against = NATIONAL) -> tuple[Field, ...]:
    """The columns of `zoekgebieden_<theme>`."""
    contributions = tuple(field for field in indicator_fields(indicators) if field.name.endswith("_bijdrage"))
    what = (RANK, TITLE, _score(indicators, against), Q, AREA_COUNT, AREA_CODES, GEMEENTEN, EXPLANATION)
    return (ID, THEME, LENS, PERIOD, LEVEL, VINTAGE, *what, *contributions, MADE_UP)


def _score(indicators: Sequence[Indicator], against: Against) -> Field:
    return score_field(shared(against.get(one, NATIONWIDE) for one in indicators))
