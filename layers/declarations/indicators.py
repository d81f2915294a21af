"""Indicator: one thing looked at, as a theme declares it."""

from pathlib import PureWindowsPath
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from geo.messages import Message
from layers.declarations.faults import ID_PATTERN, REFERENCE_PATTERN, RuleError

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Reference = Annotated[str, StringConstraints(pattern=REFERENCE_PATTERN)]
"""A column of the indicator's own source by its name, one of another source as `source.column`."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def stays_below(path: str) -> str:
    """The path, if it stays in its folder by the rules of Windows, which are the strictest."""
    windows = PureWindowsPath(path)
    if windows.anchor or ".." in windows.parts:
        raise RuleError("must lie below the folder of the figures: without .. and not from the root of a disk")
    return path


FilePath = Annotated[Text, AfterValidator(stays_below)]
"""A file below the folder of the figures, or of the declaration where that is what a command reads."""


SUFFIXES = ("", "_afwijking", "_bijdrage", "_reden", "_verhouding", "_verschil", "_laag", "_hoog", "_rang")
"""What the published columns of an indicator add to its id: value, deviation, contribution, why there is no value, how
many times the mean it is and how much more, between which bounds it lies, and its place among all areas.
"""

RESERVED = frozenset({
    "id", "gebiedscode", "gebiedsnaam", "gemeentecode", "gemeentenaam", "thema", "lens", "periode", "niveau",
    "indeling",
    "score", "q", "kansrijk", "reden", "rang", "titel", "aantal_gebieden", "gebiedscodes", "gemeenten", "toelichting",
    "fictief", "zoekgebied", "rol", "gewicht", "zone", "waarom", "sterkte", "aantal_kern", "niet_getoond", "geteld",
    "rang_score", "rang_score_van", "rang_gelijken", "rang_gelijken_van",
    "waargenomen", "verwacht", "meer_dan_verwacht", "meer_per_km2", "meer_naar_verhouding",
    "zonder_telling", "verhouding", "bezoekers",
    "alleen_gevonden", "zekerheid", "beperkingen", "handvat", "verloop", "standvastig",
    "hoogte_zelf", "hoogte_rondom", "tweede_zoekwijze",
})  # fmt: skip
"""Published columns that no indicator may be called (layers.publication.fields)."""

OF_FORMATS = frozenset({"geometry", "geom", "fid"})
"""Columns that a GeoDataFrame and a GeoPackage have beside these, and no indicator may be called either."""


MORE = "{more}"
"""Where the phrase of an indicator says how many times as many."""

MOST_WEIGHT = 1000
"""Largest weight: more says no more, and from 1e308 on sums of weighed figures have no end."""

COLUMN_FIELDS = ("value", "per", "mean_weight", "since")
"""The fields of an indicator that name a column."""


def qualified(source: str, column: str) -> str:
    """The one name of a column among those of all sources."""
    return f"{source}.{column}"


class Declared(BaseModel):
    """What people write in TOML: frozen, and an unknown key is a fault; `unknown` is what is said of it, where there is
    more to say than that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    unknown: ClassVar[Message | None] = None


class Handvat(Declared):
    """What supervision or prevention fits where an indicator stands out: a suggestion, and what it rests on."""

    text: Text
    reference: Text


def _by_column(declared: object) -> object:
    """A column by itself is one on the floor of its indicator."""
    return {"column": declared} if isinstance(declared, str) else declared


class OtherExposure(Declared):
    """A column that a rate may as well be divided by; `min_exposure` is its floor where that of the indicator, which is
    of another unit, does not fit: 50 inhabitants are some 25 households.
    """

    column: Reference
    min_exposure: Annotated[Number, Field(ge=0)] | None = None


class Indicator(Declared):
    """One thing looked at: a rate where `per` names its exposure, a level where it does not.

    `mean_weight` names the column that weighs areas in the national mean of a level (a percentage of homes is
    weighed by homes); a rate weighs itself. `weight` 0 keeps an indicator for the lenses that give it weight.
    `share` says that events are part of the exposure (homes that are rented), so that the rest of it counts as much.
    `quotient` shows a rate as a location quotient: 2 is twice the national share. `since` names the same level at an
    earlier time: the value is then what became of it, as a factor (1.05 is five percent more).
    `relative_to` sets a level against the mean of its own gemeente, weighed by `mean_weight`: what it has as a whole,
    such as a new way of valuing homes, then stands out nowhere.
    `min_exposure` is its own floor, where its exposure is not what the theme's floor was meant for.
    `also_per` names other columns that it may as well be divided by, with a floor of their own if need be: by each of
    them `zicht build --robust` searches too. `handvat` is what one may do where it stands out. `phrase`, in Dutch, is
    what follows "Hier" where it is explained, with `{more}` where "3 keer zo veel" or "iets minder" comes:
    "registreerde de politie {more} misdrijven per inwoner".
    """

    id: Id
    title: Text
    why: Text
    source: Id
    value: Reference
    per: Reference | None = None
    scale: Annotated[Number, Field(gt=0)] = 1.0
    unit: str = ""
    weight: Annotated[Number, Field(ge=0, le=MOST_WEIGHT)] = 1.0
    direction: Literal["high", "low"] = "high"
    mean_weight: Reference | None = None
    share: bool = False
    quotient: bool = False
    since: Reference | None = None
    relative_to: Literal["gemeente"] | None = None
    also_per: tuple[Annotated[OtherExposure, BeforeValidator(_by_column)], ...] = ()
    min_exposure: Annotated[Number, Field(ge=0)] | None = None
    handvat: Handvat | None = None
    phrase: Text | None = None

    @model_validator(mode="after")
    def _its_kind_is_one(self) -> Self:
        if self.share and self.per is None:
            raise RuleError("a share needs `per`, the whole that it is a part of")
        if self.quotient and self.per is None:
            raise RuleError("a location quotient needs `per`, such as all establishments")
        if self.also_per and (self.per is None or self.share):
            raise RuleError("`also_per` is of a rate: name `per` first, and leave it out of a share")
        if self.since is not None and self.per is not None:
            raise RuleError("`since` is of a level, and one with `per` is a rate; leave one of them out")
        if self.relative_to is not None and (self.per is not None or self.mean_weight is None):
            raise RuleError(
                "`relative_to` is of a level with `mean_weight`, such as the homes in each area; a rate has `per`"
            )
        return self

    @model_validator(mode="after")
    def _its_phrase_compares(self) -> Self:
        if self.phrase is not None and self.phrase.count(MORE) != 1:
            raise RuleError(
                "phrase: has no single {more}, where it says how much more: write it as what follows 'Hier', such as "
                "'registreerde de politie {more} misdrijven per inwoner'", more=MORE,
            )  # fmt: skip
        return self

    @property
    def references(self) -> dict[str, str]:
        """The columns that it needs, by the field that names each."""
        return {field: name for field in COLUMN_FIELDS if (name := getattr(self, field)) is not None}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it needs; in a catalog each is written as `source.column`."""
        return tuple(self.references.values())
