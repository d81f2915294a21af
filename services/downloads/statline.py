"""figures_of(): the declared columns of a source from CBS OData, by title, a row a buurt.

What is known of the tables is in `odata` (the services), `topics` (titles, codes, periods) and `pages`. A table may
also hold rows of the country, gemeenten and wijken, which are left out; a row twice where a page repeats; and text in
place of a figure ("       ." for a missing one), which is passed on as text for the reader of the source to judge.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from boundaries.vintages import Vintage
from geo.errors import SourceError, first_few
from geo.messages import Message, message
from layers.declarations.sources import SourceDeclaration
from layers.declarations.statline import StatLine
from services.downloads.odata import COUNTRY, OData, Selection, addresses, odata_table
from services.downloads.pages import Row
from services.downloads.topics import key_of, padded_code, suffixes_of
from services.http.client import Client
from services.http.discarding import discarding_on_error
from services.http.progress import OnProgress

LEAST_COVERED = 0.9
"""Share of the least number of buurten that a national table must have: below it a page is missing."""
GEMEENTE = re.compile(r"GM\d{4}")


@dataclass(frozen=True, slots=True)
class _ColumnGroup:
    """Columns that one request gives: of the same codes and periods.

    Attributes:
        columns: our names by the key of the topic.
        codes: for each dimension the requested keys, padded.
        suffixes: what each period adds to a name, by its key without padding; none where a table has one period.
    """

    columns: dict[str, str]
    codes: dict[str, tuple[str, ...]]
    suffixes: dict[str, str]


def planned(source: SourceDeclaration, vintage: Vintage, gemeenten: Sequence[str] = ()) -> list[str]:
    """The addresses that will be requested; the rest of each follows from what the table says of itself."""
    declared = _declared(source)
    about, figures = addresses(declared.version, declared.service, _table(source, vintage), national=not gemeenten)
    topics = "DataProperties" if declared.version == 3 else "MeasureCodes"
    return [f"{about}/{topics}", *(f"{figures} ({prefix}...)" for prefix in prefixes_of(gemeenten))]


def figures_of(
    client: Client,
    source: SourceDeclaration,
    vintage: Vintage,
    gemeenten: Sequence[str] = (),
    on_progress: OnProgress = lambda _what, _done, _all: None,
) -> pd.DataFrame:
    """The table of a source: its key and its columns, sorted; figures as the service gave them.

    Args:
        client: sends the requests.
        source: which columns; it must have a section [statline].
        vintage: of which the codes are.
        gemeenten: codes of the only gemeenten to request; none is the country.
        on_progress: called with how many rows are in.

    Raises SourceError where the table is not what its declaration says; then nothing of it stays in the cache.
    """
    declared = _declared(source)
    with discarding_on_error(client) as checked:
        dimensions = (declared.place, declared.time)
        table = odata_table(checked, declared.version, declared.service, _table(source, vintage), dimensions)
        figures = _all_figures(table, declared, prefixes_of(gemeenten), on_progress)
        if not gemeenten and len(figures) < LEAST_COVERED * vintage.least:
            raise SourceError(
                "{url}: {count} buurten where the country of {year} has {least} at least; pages are missing: try "
                "again later",
                url=table.url, count=len(figures), year=vintage.year, least=vintage.least,
            )  # fmt: skip
    return figures[_ordered(figures, declared)].rename_axis(source.key).reset_index()


def _all_figures(table: OData, declared: StatLine, prefixes: Sequence[str], on_progress: OnProgress) -> pd.DataFrame:
    """Every declared column of the areas whose codes begin so, by code."""
    groups: list[pd.DataFrame] = []
    before = 0
    for group in list(_column_groups(table, declared)):
        parts = []
        for prefix in prefixes:
            selection = Selection(tuple(group.columns), prefix, group.codes)
            progress = lambda count, before=before: on_progress(message("rows"), before + count, None)  # noqa: E731
            rows = table.figures(selection, progress)
            before += len(rows)
            parts.append(_wide(table, declared, group, rows, prefix))
        groups.append(pd.concat(parts))
    return pd.concat(groups, axis=1).sort_index()


def _declared(source: SourceDeclaration) -> StatLine:
    if source.statline is None:
        raise SourceError(
            "source {source!r}: declares no [statline]: it is read from a file, and cannot be fetched",
            source=source.id,
        )  # fmt: skip
    return source.statline


def _table(source: SourceDeclaration, vintage: Vintage) -> str:
    tables = _declared(source).tables
    if vintage.year not in tables:
        raise SourceError(
            "source {source!r}: no table of {year}; it has {years}; add it to [statline.tables] in "
            "layers/sources/{source}.toml",
            source=source.id, year=vintage.year, years=list(tables),
        )  # fmt: skip
    return tables[vintage.year]


def prefixes_of(gemeenten: Sequence[str]) -> list[str]:
    """How the codes of the buurten of these gemeenten begin; without gemeenten, those of the country.

    Raises SourceError for what is no code of a gemeente.
    """
    if wrong := [code for code in gemeenten if not GEMEENTE.fullmatch(code)]:
        raise SourceError("{code!r} is no code of a gemeente; write it as GM0599", code=wrong[0])
    return [COUNTRY + code[2:] for code in gemeenten] or [COUNTRY]


def _column_groups(table: OData, declared: StatLine) -> Iterator[_ColumnGroup]:
    """All declared columns, in as few requests as can be: columns of the same codes together, year by year."""
    entries, dimensions = table.topics(), table.dimensions()
    _check_dimensions(table, declared, dimensions)
    keys = {name: key_of(name, topic, entries, table.url) for name, topic in declared.column.items()}
    by_codes: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for name, topic in declared.column.items():
        by_codes.setdefault(tuple(sorted(topic.select.items())), []).append(name)
    periods = table.codes(declared.time) if declared.years else []
    for select, names in by_codes.items():
        codes: dict[str, tuple[str, ...]] = {
            dimension: (padded_code(table, dimension, code),) for dimension, code in select
        }
        columns = {keys[name]: name for name in names}
        if len(columns) < len(names):
            raise SourceError(
                "{url}: columns {names} are the same topic; keep one of them", url=table.url, names=str(names)
            )
        if not declared.years:
            yield _ColumnGroup(columns, codes, {})
        for year in declared.years:
            suffixes = suffixes_of(declared, periods, year, table.url)
            yield _ColumnGroup(
                columns, codes | {declared.time: tuple(suffixes)}, {key.strip(): name for key, name in suffixes.items()}
            )


def _check_dimensions(table: OData, declared: StatLine, dimensions: list[str]) -> None:
    if declared.place not in dimensions:
        raise SourceError(
            "{url}: no dimension {place!r} for its areas; it has {dimensions}",
            url=table.url, place=declared.place, dimensions=dimensions,
        )  # fmt: skip
    for name, topic in declared.column.items():
        rest = [
            dimension for dimension in dimensions if dimension not in {declared.place, declared.time, *topic.select}
        ]
        if rest:
            raise SourceError(
                "{url}: column {name!r}: the table is split by {rest} as well; say which code is meant: "
                'select = {{ {first} = "..." }}',
                url=table.url, name=name, rest=rest, first=rest[0],
            )  # fmt: skip


def _wide(table: OData, declared: StatLine, group: _ColumnGroup, rows: list[Row], prefix: str) -> pd.DataFrame:
    """Buurten by columns, each period a column of its own. Raises SourceError for rows that were not requested."""
    periods = list(group.suffixes) or message("the table")
    requested = message("{prefix}... in {periods}", prefix=prefix, periods=periods)
    raw = pd.DataFrame(rows)
    if missing := [name for name in (declared.place, *group.columns) if len(raw) and name not in raw]:
        raise SourceError(
            "{url}: asked for {missing}, answered with {columns}; try again later",
            url=table.url, missing=missing, columns=list(raw.columns),
        )  # fmt: skip
    if len(raw):
        raw = raw.assign(**{declared.place: raw[declared.place].astype(str).str.strip()})
        raw = raw[raw[declared.place].str.startswith(prefix)]
    if raw.empty:
        raise SourceError(
            "{url}: no rows for {requested}, where some were due; the gemeente or period is not in this table, or the "
            "service wants its keys padded otherwise",
            url=table.url, requested=requested,
        )  # fmt: skip
    period = raw[declared.time].astype(str).str.strip() if group.suffixes else pd.Series("", index=raw.index)
    _check_cells(table, group, raw[declared.place], period, requested)
    columns = {}
    for key, suffix in (group.suffixes or {"": ""}).items():
        of_period = raw[period == key].set_index(declared.place)
        for topic, name in group.columns.items():
            columns[name + suffix] = _as_sent(of_period[topic])
    return pd.DataFrame(columns)


def _check_cells(table: OData, group: _ColumnGroup, place: pd.Series, period: pd.Series, requested: Message) -> None:
    """Raise SourceError unless each place came once in each period, and nothing else did."""
    twice = pd.DataFrame({"place": place, "period": period}).duplicated()
    if twice.any():
        raise SourceError(
            "{url}: {count} rows twice for {requested}: {places}; the service sends its pages in a loop; nothing of "
            "it stays in the cache: try again later",
            url=table.url, count=int(twice.sum()), requested=requested, places=first_few(place[twice]),
        )  # fmt: skip
    if group.suffixes and (absent := set(group.suffixes) - set(period)):
        raise SourceError(
            "{url}: no rows for {periods}, where some were due ({requested})",
            url=table.url, periods=sorted(absent), requested=requested,
        )  # fmt: skip
    if group.suffixes and (strange := set(period) - set(group.suffixes)):
        raise SourceError(
            "{url}: rows of {periods}, which was not asked; try again later",
            url=table.url, periods=first_few(sorted(strange)),
        )  # fmt: skip


def _as_sent(figures: pd.Series) -> pd.Series:
    """Figures as numbers; where one of them is text, all as text, and a missing one as None."""
    texts = figures.map(lambda figure: isinstance(figure, str))
    if not texts.any():
        return pd.to_numeric(figures)
    return figures.astype(object).where(figures.isna() | texts, figures.map(str)).where(figures.notna(), None)


def _ordered(figures: pd.DataFrame, declared: StatLine) -> list[str]:
    """The columns in the order of the declaration, each by period."""

    def rank(name: str) -> tuple[int, str]:
        owner = max((column for column in declared.column if name == column or name.startswith(f"{column}_")), key=len)
        return list(declared.column).index(owner), name

    return sorted(figures.columns, key=rank)
