"""SourceDeclaration: where figures come from, what their columns mean and what an empty cell means."""

import ast
import math
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from geo.areas import AreaLevel
from geo.messages import message
from layers.declarations.dasymetric import Dasymetric
from layers.declarations.faults import RuleError
from layers.declarations.indicators import Declared, FilePath, Id, Text
from layers.declarations.names import AreaNames
from layers.declarations.periods import Period, PeriodKind, Periods, whole_years
from layers.declarations.profiles import ProfileDeclaration
from layers.declarations.protection import Protection
from layers.declarations.rasters import Raster
from layers.declarations.records import Format, Records
from layers.declarations.squares import SquareGrid
from layers.declarations.statline import StatLine
from layers.declarations.suppression import Contributions, Suppression

PERIOD_IN_FORMULA = re.compile(r"\{periode(?:([+-])(\d+))?\}")
LONGEST_FORMULA = 1000
ALLOWED = (ast.Expression, ast.BinOp, ast.Name, ast.Constant, ast.Load, ast.Add, ast.Sub, ast.Mult, ast.Div)


def _sums_of_columns(formula: str) -> str:
    """Only column names, numbers, + - * / and brackets: a formula is arithmetic, never code."""
    rule = message("only column names, numbers, + - * / and ( )")
    if len(formula) > LONGEST_FORMULA:
        raise RuleError("a formula of {length} characters; {most} at most", length=len(formula), most=LONGEST_FORMULA)
    try:
        tree = ast.parse(fill(formula, 2024), mode="eval")
    except SyntaxError:
        raise RuleError("{formula!r} is not a sum of columns; use {rule}", formula=formula, rule=rule) from None
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED) or (isinstance(node, ast.Constant) and not _finite(node.value)):
            part = ast.unparse(node) or type(node).__name__
            raise RuleError("{formula!r} holds {part!r}; {rule}", formula=formula, part=part, rule=rule)
    if not columns_of(formula, 2024):
        raise RuleError("{formula!r} reads no column; {rule}", formula=formula, rule=rule)
    return formula


def _finite(value: object) -> bool:
    """Whether a constant is a number; True is one to Python, and 1e999 is infinite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def fill(formula: str, period: Period | int) -> str:
    """The formula for one period (a number is a year): `{periode-1}` becomes the year, quarter or month before it."""
    of = Period(period) if isinstance(period, int) else period
    return PERIOD_IN_FORMULA.sub(lambda match: of.shifted(int(f"{match[1] or '+'}{match[2] or 0}")).suffix, formula)


def columns_of(formula: str, period: Period | int) -> list[str]:
    """The columns that the formula reads for one period."""
    names = {node.id for node in ast.walk(ast.parse(fill(formula, period), mode="eval")) if isinstance(node, ast.Name)}
    return sorted(names)


ADDED = ("count", "stock")
"""Kinds of columns that may be added up over areas."""


class Column(Declared):
    """One figure: a sum of columns of its source. `empty` says what an empty cell means, `why` how that is known.

    `kind` says what may be added up: a count over areas and periods, a stock (inhabitants on a day) over areas only, a
    rate over neither. It is needed where something is to be added up: in a source per month or quarter.
    `rounded_to` is the step to which its publisher rounded it, where that is not what the source says; 1 is exact.
    `per` is, of a rate or mean in a source per postcode, the count of the same source that it is of: a mean value per
    home has homes. By that count it comes to buurten.
    `contributions` makes it an amount, such as turnover: it is withheld where these say that it tells too much of one.
    """

    formula: Annotated[str, AfterValidator(_sums_of_columns)]
    title: Text
    kind: Literal["count", "stock", "rate"] | None = None
    rounded_to: Annotated[int, Field(ge=1)] | None = None
    empty: Literal["unknown", "zero"] = "unknown"
    per: Id | None = None
    contributions: Contributions | None = None
    why: str = ""


def _by_header(declared: object) -> object:
    """A header by itself is a column of which all rows are meant."""
    return {"header": declared} if isinstance(declared, str) else declared


class TableColumn(Declared):
    """A column of a file by its header; `select` says which rows, where an area has several: {Soort = "3.1.1"}."""

    header: Text
    select: dict[Text, Text] = Field(default_factory=dict)


class Table(Declared):
    """A file with a row an area, below the folder of the figures; `format` only where looking at it does not tell.

    `column` gives names to headers, for formulas: needed where a header is no name ("Aantal meldingen"), or where an
    area has several rows, of which each column then selects its own. `time` is the header of the period of each row:
    a column then gets it as a suffix, as `misdrijven_2024` or `misdrijven_2024_03`.
    """

    path: FilePath
    format: Format = Format()
    time: Text | None = None
    column: dict[Id, Annotated[TableColumn, BeforeValidator(_by_header)]] = Field(default_factory=dict)

    @property
    def long(self) -> bool:
        """Whether an area has several rows."""
        return self.time is not None or any(column.select for column in self.column.values())

    @model_validator(mode="after")
    def _columns_go_together(self) -> Self:
        if self.time is not None and not self.column:
            raise RuleError("time without [table.column]: name the columns that get a period as a suffix")
        selecting = any(column.select for column in self.column.values())
        if selecting and (without := [name for name, column in self.column.items() if not column.select]):
            raise RuleError(
                "column {without} selects no rows, where others do: say which rows are meant: "
                'select = {{ Header = "code" }}',
                without=without,
            )
        return self


KEYS = {"gemeente": "gemeentecode", "wijk": "wijkcode", "pc4": "postcode"}
"""What the column with codes is called where nothing is said, other than for buurten."""


class SourceDeclaration(Declared):
    """Figures per buurt, or what else `level` says, and the `periods` it has: years, quarters or months.

    `rounded_to` is the step to which its counts and stocks were rounded: with 5, a 0 may be 2, and a 5 may be 3 to 7.
    `key` is the column with the codes of the areas, or with their names where there is a section `names`. Figures of a
    finer level are summed to a coarser one (counts and stocks); figures of a gemeente say nothing of a buurt in it, and
    a theme that reads them has no finer areas. Figures per postcode of four digits (`pc4`) are interpolated to buurten,
    by `dasymetric` or else by surface.

    Where they come from is one section or more: `table`, a file; `statline`, a service of CBS OData; `records`, points
    of the municipality's own; `raster`, a GeoTIFF; `squares`, CBS's squares of 100 m. The first that is there is used.

    `codes_of` is the year of its codes where that is not `vintage`, for a level of an earlier year: an area of which
    the code is not of both years is unknown. Of postcodes it says of which year their boundary file is.

    `max_age` is how many days ago its figures may have been fetched before a night says that they are old.

    `status` is whether everyone may have these figures as they are; where nothing is said they are taken to be
    confidential. What is confidential are counts of persons, addresses or cases, and they are perturbed before anything
    is computed from them (`protection`). An amount is not: it is withheld where it is sensitive (`suppression`).

    `profile` is what `zicht profile` asks of rows that are objects.

    `use` is what its figures are for: "evaluation" are traits of residents that are only held against what was found,
    by `zicht build --robust`. No indicator, lens or expectation may read these.
    """

    id: Id
    title: Text
    publisher: Text
    license: Text
    url: Text
    attribution: Text
    level: Literal["gemeente", "wijk", "buurt", "pc4"] | None = None
    status: Literal["open", "vertrouwelijk"] = "vertrouwelijk"
    use: Literal["search", "evaluation"] = "search"
    key: Text = "buurtcode"
    vintage: int
    codes_of: int | None = None
    periods: Periods
    protection: Protection = Protection()
    suppression: Suppression = Suppression()
    rounded_to: Annotated[int, Field(ge=2)] | None = None
    max_age: Annotated[int, Field(ge=1)] | None = None
    dasymetric: Dasymetric | None = None
    table: Table | None = None
    names: AreaNames | None = None
    statline: StatLine | None = None
    records: Records | None = None
    profile: ProfileDeclaration | None = None
    raster: Raster | None = None
    squares: SquareGrid | None = None
    columns: dict[Id, Column] = Field(min_length=1)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that it can feed: those of which it has every period."""
        return whole_years(self.periods)

    def step_of(self, column: Column) -> int:
        """The step to which a column was rounded; 1 where it is exact."""
        of_source = self.rounded_to if column.kind in ADDED else None
        return column.rounded_to or of_source or 1

    @property
    def confidential(self) -> bool:
        """Whether what it holds is not for everyone."""
        return self.status != "open"

    @property
    def amounts(self) -> dict[str, Contributions]:
        """The columns that are amounts, of which sums are withheld: one at most."""
        return {name: one.contributions for name, one in self.columns.items() if one.contributions is not None}

    @property
    def native(self) -> AreaLevel:
        """The level of which it has figures, the finest if it has several."""
        return AreaLevel(self.level or "buurt")

    @property
    def finest(self) -> AreaLevel:
        """The finest level at which its figures are used: postcodes are interpolated to buurten."""
        return AreaLevel.BUURT if self.native is AreaLevel.PC4 else self.native

    @property
    def own(self) -> bool:
        """Whether its figures are counted in the areas themselves, from records, a raster or squares."""
        return self.table is None and self.statline is None

    @model_validator(mode="before")
    @classmethod
    def _key_of_the_level(cls, declared: object) -> object:
        if isinstance(declared, dict) and "key" not in declared and str(declared.get("level")) in KEYS:
            return declared | {"key": KEYS[declared["level"]]}
        return declared

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if not any((self.table, self.statline, self.records, self.raster, self.squares)):
            raise RuleError(
                "says nowhere where its figures come from: add [table], [statline], [records], [raster] or [squares]"
            )
        return self

    @model_validator(mode="after")
    def _what_is_held_against_a_map_is_open_and_in_a_file(self) -> Self:
        if self.use == "evaluation" and (self.confidential or self.own or self.native is AreaLevel.PC4):
            raise RuleError(
                'use = "evaluation" is for open figures per buurt, wijk or gemeente in a file or of CBS: say status = '
                '"open", and add [table] or [statline]'
            )
        return self

    @model_validator(mode="after")
    def _a_profile_is_of_rows(self) -> Self:
        if self.profile is not None and self.records is None:
            raise RuleError("[profile] is of rows, and there is no section [records] that says where they are")
        return self

    @model_validator(mode="after")
    def _what_is_added_up_says_what_it_is(self) -> Self:
        unsaid = [name for name, column in self.columns.items() if column.kind is None]
        if unsaid and self.rounded_to is not None:
            raise RuleError(
                'rounded_to = {step}, and columns {unsaid} do not say whether they are counts: add kind = "count", '
                '"stock" or "rate"',
                step=self.rounded_to,
                unsaid=unsaid,
            )
        if unsaid and self.periods[0].kind is not PeriodKind.YEAR:
            raise RuleError(
                'columns {unsaid} do not say whether months or quarters of them add up to a year: add kind = "count", '
                '"stock" or "rate"',
                unsaid=unsaid,
            )
        return self

    @model_validator(mode="after")
    def _names_are_of_counts_in_a_file(self) -> Self:
        if self.names is None:
            return self
        rates = [name for name, column in self.columns.items() if column.kind not in ADDED]
        if self.table is None or self.statline is not None or self.native is AreaLevel.PC4 or self.codes_of or rates:
            raise RuleError(
                '[names] is for counts of areas in a file: add [table] and kind = "count" or "stock" to each column '
                "({rates}), and leave out [statline] and codes_of",
                rates=", ".join(rates) or "-",
            )
        return self

    @model_validator(mode="after")
    def _what_is_per_postcode_can_be_divided(self) -> Self:
        if self.native is not AreaLevel.PC4:
            wrong = [name for name, column in self.columns.items() if column.per is not None]
            if self.dasymetric is not None or wrong:
                raise RuleError('[dasymetric] and `per` are for a source with level = "pc4"; leave them out')
            return self
        if self.table is None or self.statline is not None:
            raise RuleError('level = "pc4" is for a file: add [table], and leave out the other sections')
        if self.confidential:
            raise RuleError(
                'confidential counts per postcode are not divided over buurten: say status = "open" if everyone may '
                "have them, or give counts per buurt"
            )
        counts = [name for name, column in self.columns.items() if column.kind in ADDED]
        lost = [name for name, column in self.columns.items() if name not in counts and column.per not in counts]
        if lost:
            raise RuleError(
                'columns {lost} cannot be divided over buurten: say kind = "count" or "stock" of a count; of a rate or '
                'mean kind = "rate" and per = the count that it is of ({counts}); leave out what has none, such as a '
                "density",
                lost=lost, counts=counts,
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _amounts_can_be_withheld(self) -> Self:
        if not self.amounts:
            return self
        (name, named), *_ = self.amounts.items()
        if len(self.amounts) > 1:
            raise RuleError(
                "columns {amounts} are amounts, and what is shown of one could tell of another where they add up: give "
                "a source one, with `contributions`, and leave the others out", amounts=", ".join(self.amounts),
            )  # fmt: skip
        in_a_file = (self.table is not None or self.statline is not None) and self.native is not AreaLevel.PC4
        by_year = self.periods[0].kind is PeriodKind.YEAR
        if not (self.confidential and in_a_file and by_year) or self.names or self.columns[name].kind != "count":
            raise RuleError(
                "columns.{name}.contributions: an amount is withheld in a confidential source with a row per buurt, "
                'wijk or gemeente and a figure per year: add [table] and kind = "count", and leave out status = "open" '
                "(then nothing is withheld), [names] and other sections", name=name,
            )  # fmt: skip
        if unknown := sorted(set(named.model_dump().values()) - self.columns.keys()):
            raise RuleError(
                "columns.{name}.contributions: no column is called {unknown}; the source has {known}",
                name=name, unknown=", ".join(unknown), known=", ".join(self.columns),
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def _unknown_squares_are_not_zero(self) -> Self:
        zero = [name for name, column in self.columns.items() if column.empty == "zero"]
        if self.squares is not None and zero:
            raise RuleError(
                "columns {zero} take empty for zero; of squares it means secret, or outside what the source covers: "
                "leave out `empty`",
                zero=zero,
            )
        return self
