"""The published columns: Dutch name, title, unit and type. The only place where they are named.

Store, API, map, GeoPackage and table all read these, so that a column means the same everywhere. What an indicator
adds is made from its declaration by `indicator_fields`. Titles, descriptions and units are messages here; a Collection
says them, so that the language is that of the publication.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Self

from geo.messages import Message, message
from layers.messages import said, say, translations
from layers.publication import development, outcomes, reasons, routes
from layers.publication.comparison import NATIONAL, NATIONWIDE, References, average, mean, shared

if TYPE_CHECKING:  # what serves reads fields, and declares nothing
    from layers.declarations.indicators import Indicator

FieldType = Literal["string", "integer", "number", "boolean"]
TIMES = "_verhouding"
DIFFERENCE, LOWEST, HIGHEST, PLACE = "_verschil", "_laag", "_hoog", "_rang"
BESIDE_VALUE = (TIMES, DIFFERENCE, LOWEST, HIGHEST, PLACE)
"""How the names of the columns end that set a value beside others."""
"""What the column of an indicator that says how many times the mean it is adds to its id."""
STANDARD_DEVIATION, YEAR = message("standard deviation"), message("year")


@dataclass(frozen=True, slots=True)
class Field:
    """One published column. `unit` is empty where there is none.

    `against` is the place whose mean the figures are compared with (layers.publication.comparison); in a score or
    deviation that mean is 0. `codes` are what a column of codes may hold, each with what it is called.
    """

    name: str
    title: Message | str
    type: FieldType
    description: Message | str
    unit: Message | str = ""
    against: str = NATIONWIDE
    codes: Mapping[str, Message | str] = field(default_factory=dict, hash=False)

    @property
    def average(self) -> str:
        """What 0 of a score or deviation is called: landelijk, gemiddeld in Rotterdam."""
        return say(average(self.against))

    @property
    def is_standardised(self) -> bool:
        """Whether its figures are standard deviations from a mean, in whatever language that was published."""
        return said(self.unit) in translations(STANDARD_DEVIATION)

    def said(self) -> Self:
        """The same column with all its texts in the language that is spoken."""
        codes = {code: said(label) for code, label in self.codes.items()}
        title, description, unit = said(self.title), said(self.description), said(self.unit)
        return replace(self, title=title, description=description, unit=unit, codes=codes)

    def label(self, value: str) -> str:
        """What a code is called; the value itself where it is none, as in releases that published words."""
        return said(self.codes.get(value, value))


def score_field(place: str) -> Field:
    """The score, where the means that it is computed from are those of a place."""
    description = message(
        "Weighted deviation from {mean}, added up over the indicators. 0 is as {average}.",
        mean=mean(place),
        average=average(place),
    )
    return Field("score", message("Score"), "number", description, STANDARD_DEVIATION, place)


ID = Field("id", message("Identifier"), "string", message("Unique identifier of this feature in this layer."))
THEME = Field("thema", message("Theme"), "string", message("Theme that was searched for."))
LENS = Field(
    "lens", message("Lens"), "string", message("Lens by which indicators are weighted; 'basis' is without a lens.")
)
LEVEL = Field("niveau", message("Level"), "string", message("Level of the areas that were searched."))
PERIOD = Field("periode", message("Period"), "integer", message("Year of the figures."), YEAR)
VINTAGE = Field("indeling", message("Vintage"), "integer", message("Year of the boundaries of the areas."), YEAR)
AREA = Field("gebiedscode", message("Area code"), "string", message("CBS code or H3 index of the area."))
AREA_NAME = Field("gebiedsnaam", message("Area"), "string", message("Name of the area."))
GEMEENTE = Field("gemeentecode", message("Gemeente code"), "string", message("CBS code of the gemeente."))
GEMEENTE_NAME = Field("gemeentenaam", message("Gemeente"), "string", message("Name of the gemeente."))
SCORE = score_field(NATIONWIDE)
Q = Field(
    "q",
    message("q-value"),
    "number",
    message(
        "Expected share of false alarms among all places or areas that come out at least as strong; where a part of "
        "the country was searched for places, the chance that any of them is one. 1 outside a place."
    ),
)
FLAG = Field("kansrijk", message("Promising"), "boolean", message("Whether the area is part of a kansrijk zoekgebied."))
REASON = Field(
    "reden",
    message("Reason without a test"),
    "string",
    message("Why the area has no score or was not tested; empty if it was tested."),
    codes=reasons.LABELS,
)

ZOEKGEBIED = Field(
    "zoekgebied",
    message("Zoekgebied"),
    "string",
    message("Identifier of the zoekgebied that the area is part of; empty outside one."),
)
ROLE = Field(
    "rol",
    message("Role"),
    "string",
    message("What the area is to its zoekgebied; empty outside one."),
    codes=outcomes.ROLES,
)
WEIGHT = Field(
    "gewicht",
    message("Weight"),
    "number",
    message("How surely the area belongs to its zoekgebied, from 0 to 1; empty outside one."),
)
ZONE = Field(
    "zone",
    message("Larger pattern"),
    "string",
    message("Identifier of the larger pattern in which it lies; empty outside one."),
)
OUTCOME = Field(
    "waarom",
    message("Why or why not"),
    "string",
    message("Why the area is on the map, or why it is not."),
    codes=outcomes.OUTCOMES,
)
OWN_SHARE = Field(
    "hoogte_zelf",
    message("How unusual by itself"),
    "string",
    message("How many of the areas that were searched have a score as high; empty where it was not searched."),
    codes=outcomes.SHARE_LABELS,
)
SHARE_AROUND = Field(
    "hoogte_rondom",
    message("How unusual around it"),
    "string",
    message("How many of the areas that were searched have neighbors with scores as high, on average."),
    codes=outcomes.SHARE_LABELS,
)
SECOND = Field(
    "tweede_zoekwijze",
    message("Second search"),
    "string",
    message(
        "By which of the two searches the area is found, by the first in a zoekgebied or in a larger pattern; empty "
        "where neither finds it, it was not tested, or the theme has no second search."
    ),
    codes=outcomes.SEARCHES,
)

MADE_UP = Field("fictief", message("Made up"), "boolean", message("Whether the figures are made up (Testland)."))
RANK = Field(
    "rang",
    message("Rank"),
    "integer",
    message("Place among the zoekgebieden: strong and certain comes first, however large."),
)
TITLE = Field("titel", message("Title"), "string", message("Name of the zoekgebied."))
AREA_COUNT = Field(
    "aantal_gebieden", message("Number of areas"), "integer", message("Number of areas in the zoekgebied.")
)
AREA_CODES = Field("gebiedscodes", message("Area codes"), "string", message("Codes of the areas, parted by commas."))
GEMEENTEN = Field("gemeenten", message("Gemeenten"), "string", message("Gemeenten in which the zoekgebied lies."))
EXPLANATION = Field("toelichting", message("Explanation"), "string", message("Why this area was found."))

AREA_EXPLANATION = Field(
    EXPLANATION.name, message("Explanation"), "string", message("What stands out in this area, and what does not.")
)
DEVELOPMENT = Field(
    "verloop",
    message("Development"),
    "string",
    message("What became of it since the period before it in this publication; empty in the first."),
    codes=development.LABELS,
)
CERTAINTY = Field("zekerheid", message("Certainty"), "string", message("How certain this zoekgebied is, in words."))
LIMITATIONS = Field(
    "beperkingen",
    message("Limitations"),
    "string",
    message("What is missing here, or says less than it seems; empty if nothing does."),
)
SUGGESTION = Field(
    "handvat",
    message("Suggestion"),
    "string",
    message("What to consider doing first where this stands out, and on what that rests. A suggestion, not a finding."),
)

STRENGTH = Field(
    "sterkte",
    message("Strength"),
    "number",
    message(
        "How strong the pattern is, at least; 1 is ordinary. All figures count towards it, and extreme values are "
        "capped."
    ),
)
CORE_COUNT = Field(
    "aantal_kern", message("Core areas"), "number", message("Number of areas that are surely part of the zoekgebied.")
)
FIRMNESS = Field(
    "standvastig",
    message("Firmness"),
    "number",
    message(
        "In which share of the other searches it is on the map too: other neighbors, levels, exposures, years, "
        "expectations, or without an indicator. Empty where only one was made."
    ),
)
FOUND_ALONE = Field(
    "alleen_gevonden",
    message("Found by one indicator"),
    "string",
    message(
        "Indicators that each would have found it without the others: half of its areas or more are in a place of "
        "their own. Parted by commas; empty where only together they find it."
    ),
)
HIDDEN_COUNT = Field(
    "niet_getoond",
    message("Areas not shown"),
    "number",
    message("Number of areas amid the zoekgebied of which the score may not be shown; they count in nothing here."),
)
COUNTED = Field(
    "geteld",
    message("What was counted"),
    "string",
    message("Indicator whose events are counted: of those with counts the one that weighs most."),
)
OBSERVED = Field(
    "waargenomen",
    message("Observed"),
    "number",
    message("Events there, rounded to a multiple of the least number that is shown."),
)
EXPECTED = Field(
    "verwacht",
    message("Expected"),
    "number",
    message(
        "Events that were to be expected there: at the rate of ordinary areas or, by the lens, given what is there or "
        "as in areas that are alike."
    ),
)
RATIO = Field(
    "verhouding",
    message("Ratio"),
    "number",
    message("How many times what it is compared with its rate is; drawn to 1 where that is little."),
    message("times what was to be expected"),
)
VISITORS = Field(
    "bezoekers",
    message("Many visitors"),
    "string",
    message("Whether more people will come there than live there: figures per inhabitant then say less. Else empty."),
    codes=outcomes.VISITORS,
)
SURPLUS = Field("meer_dan_verwacht", message("More than expected"), "number", message("Observed minus expected."))
SURPLUS_DENSITY = Field(
    "meer_per_km2",
    message("More than expected, per km²"),
    "number",
    message("Observed minus expected, per square kilometre of the zoekgebied."),
)
SURPLUS_RATE = Field(
    "meer_naar_verhouding",
    message("More than expected, in proportion"),
    "number",
    message("Observed minus expected, over what the number is divided by, in the unit of what was counted."),
)
SCORE_RANK = Field(
    "rang_score",
    message("Place by score"),
    "number",
    message(
        "Its place by score among all areas that can be judged on this map, 1 the highest; equal scores share the "
        "better place."
    ),
)
SCORE_RANKED = Field(
    "rang_score_van",
    message("Areas with a place"),
    "number",
    message("Among how many areas it has its place by score."),
)
PEER_RANK = Field(
    "rang_gelijken",
    message("Place among peers"),
    "number",
    message("Its place by score among areas that are alike, as the theme says which are; empty where it does not."),
)
PEER_RANKED = Field(
    "rang_gelijken_van", message("Peers with a place"), "number", message("How many areas that are alike have a score.")
)
COUNT_REASON = Field(
    "zonder_telling",
    message("Reason without counts"),
    "string",
    message("Why observed and expected are not there; empty if they are."),
    codes=reasons.COUNT_LABELS,
)

RANKS = (SCORE_RANK, SCORE_RANKED, PEER_RANK, PEER_RANKED)

ADDED = (
    ZOEKGEBIED, ROLE, WEIGHT, ZONE, OUTCOME, STRENGTH, CORE_COUNT, HIDDEN_COUNT, COUNTED, OBSERVED, EXPECTED,
    SURPLUS, SURPLUS_DENSITY, SURPLUS_RATE, COUNT_REASON, RATIO, VISITORS, FOUND_ALONE, FIRMNESS, AREA_EXPLANATION,
    CERTAINTY, LIMITATIONS, SUGGESTION, DEVELOPMENT, OWN_SHARE, SHARE_AROUND, SECOND, *RANKS,
)  # fmt: skip
"""Columns that a layer of before they were there does not have: they are read as empty."""

COUNT = Field("telling", message("Count"), "string", message("What was counted: the column of the source."))
VALUE = Field(
    "waarde",
    message("Value"),
    "number",
    message("Number, converted to this vintage; empty if it is not known, see the reason."),
)
SPLIT = Field(
    "deel_gesplitst",
    message("Share from split areas"),
    "number",
    message("Which share of the value comes from areas that are divided over several areas; 0 is exact."),
)
ERROR = Field(
    "fout",
    message("Harmonisation error"),
    "number",
    message(
        "Standard error of the value by apportioning, at the worst: if in each split area everybody lives in one place."
    ),
)
DISAGREEMENT = Field(
    "verschil",
    message("Difference from surface"),
    "number",
    message("Difference from the value when divided by surface; empty if there are no weights."),
)
UNKNOWN = Field(
    "waarde_reden",
    message("Reason without a value"),
    "string",
    message("Why there is no value; empty if there is one."),
    codes=reasons.SERIES_LABELS,
)
ROUTE = Field(
    "wijze",
    message("Route"),
    "string",
    message("How the figures of this year came to this vintage."),
    codes=routes.LABELS,
)

SERIES_FIELDS = (
    ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, LEVEL, VINTAGE, PERIOD, COUNT, VALUE, SPLIT, ERROR, DISAGREEMENT,
    UNKNOWN, ROUTE,
)  # fmt: skip
"""The columns of `zicht series`: a row an area and year."""

AREA_FIELDS = (ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, LEVEL, VINTAGE, MADE_UP)


def indicator_fields(indicators: "Sequence[Indicator]", references: References = NATIONAL) -> tuple[Field, ...]:
    """The columns of each indicator: its value, its deviation, its contribution to the score, why it is unknown."""
    return tuple(column for one in indicators for column in _fields_of(one, references.get(one, NATIONWIDE)))


def _fields_of(indicator: "Indicator", place: str) -> tuple[Field, ...]:
    name, title = indicator.id, indicator.title
    return (
        Field(name, title, "number", _why(indicator), indicator.unit, place),
        Field(
            f"{name}_afwijking",
            message("{title}: deviation from {mean}", title=title, mean=mean(place)),
            "number",
            message("Difference from {mean}, limited to three; higher stands out more.", mean=mean(place)),
            STANDARD_DEVIATION,
            place,
        ),
        Field(
            f"{name}_bijdrage",
            message("{title}: contribution to the score", title=title),
            "number",
            message("What this indicator adds to the score; the contributions add up to the score."),
            STANDARD_DEVIATION,
        ),
        Field(
            f"{name}_reden",
            message("{title}: reason without a value", title=title),
            "string",
            UNKNOWN.description,
            codes=reasons.LABELS,
        ),
        Field(
            f"{name}{TIMES}",
            message("{title}: ratio", title=title),
            "number",
            message("How many times {mean} it is.", mean=mean(place)),
            against=place,
        ),
        *_beside_value(indicator, place),
    )


def _beside_value(indicator: "Indicator", place: str) -> tuple[Field, ...]:
    """What sets the value of an indicator beside others: how much it differs, how far it may be off, its rank."""
    title, of = indicator.title, indicator.id
    sure = message(
        "The value lies between these bounds with 95 % certainty, by the model that draws rates from few events to "
        "the mean; empty of a share, a level, and of counts with noise."
    )
    return (
        Field(
            f"{of}{DIFFERENCE}",
            message("{title}: difference", title=title),
            "number",
            message("How much more than {mean} it is.", mean=mean(place)),
            indicator.unit,
            place,
        ),
        Field(f"{of}{LOWEST}", message("{title}: lower bound", title=title), "number", sure, indicator.unit),
        Field(f"{of}{HIGHEST}", message("{title}: upper bound", title=title), "number", sure, indicator.unit),
        Field(
            f"{of}{PLACE}",
            message("{title}: place", title=title),
            "number",
            message("Its place by this figure among all areas where it is known, 1 what stands out most."),
        ),
    )


def is_added(column: Field) -> bool:
    """Whether a layer of before it was there does not have this column: it is then read as empty."""
    return column in ADDED or column.name.endswith(BESIDE_VALUE)


def _why(indicator: "Indicator") -> Message | str:
    """Why it is looked at, and what one may do where it stands out."""
    if indicator.handvat is None:
        return indicator.why
    return message(
        "{why} What may help: {text} ({reference})",
        why=indicator.why, text=indicator.handvat.text, reference=indicator.handvat.reference,
    )  # fmt: skip


def layer_fields(indicators: "Sequence[Indicator]", references: References = NATIONAL) -> tuple[Field, ...]:
    """The columns of `indicatoren_<theme>_<level>`."""
    middle = (THEME, LENS, PERIOD, LEVEL, VINTAGE, _score(indicators, references), *RANKS, Q, FLAG)
    found = (OUTCOME, OWN_SHARE, SHARE_AROUND, REASON, AREA_EXPLANATION, ZOEKGEBIED, ROLE, WEIGHT, ZONE, SECOND)
    counts = (COUNTED, OBSERVED, EXPECTED, RATIO, VISITORS)
    figures = indicator_fields(indicators, references)
    return (ID, AREA, AREA_NAME, GEMEENTE, GEMEENTE_NAME, *middle, *found, *counts, *figures, MADE_UP)


def zoekgebied_fields(indicators: "Sequence[Indicator]", references: References = NATIONAL) -> tuple[Field, ...]:
    """The columns of `zoekgebieden_<theme>`."""
    contributions = tuple(one for one in indicator_fields(indicators) if one.name.endswith("_bijdrage"))
    what = (RANK, TITLE, _score(indicators, references), Q, STRENGTH, FIRMNESS)
    where = (AREA_COUNT, CORE_COUNT, HIDDEN_COUNT, AREA_CODES, GEMEENTEN, ZONE, FOUND_ALONE)
    counts = (COUNTED, OBSERVED, EXPECTED, SURPLUS, SURPLUS_DENSITY, SURPLUS_RATE, COUNT_REASON, VISITORS)
    texts = (DEVELOPMENT, EXPLANATION, CERTAINTY, LIMITATIONS, SUGGESTION)
    return (ID, THEME, LENS, PERIOD, LEVEL, VINTAGE, *what, *where, *counts, *texts, *contributions, MADE_UP)


def _score(indicators: "Sequence[Indicator]", references: References) -> Field:
    return score_field(shared(references.get(one, NATIONWIDE) for one in indicators))
