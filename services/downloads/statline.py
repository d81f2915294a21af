"""figures_of(): the declared columns of a source from CBS OData, resolved by title, a row a buurt."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from boundaries.vintages import Vintage
from geo.errors import SourceError, first_few
from layers.declarations.sources import SourceDeclaration
from layers.declarations.statline import StatLine
from services.downloads.odata import OData, Selection, opened, places
from services.downloads.pages import Row
from services.downloads.topics import key_of, on_the_wire, suffixes_of
from services.http.client import Client
from services.http.doubt import forgetting_on_fault
from services.http.progress import OnProgress

KEY = "buurtcode"
ALL_BUURTEN = "BU"
LEAST_COVERED = 0.9
"""Share of the least number of buurten that a national table must have: below it a page is missing."""
GEMEENTE = re.compile(r"GM\d{4}")


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns that are asked in one go: the same codes of the same periods; and what each period adds to a name."""

    columns: dict[str, str]
    codes: dict[str, tuple[str, ...]]
    suffixes: dict[str, str]


def planned(source: SourceDeclaration, vintage: Vintage, gemeenten: Sequence[str] = ()) -> list[str]:
    """Where will be asked; the rest of each address follows from what the table says of itself."""
    told = _told(source)
    about, figures = places(told.version, told.service, _table(source, vintage), national=not gemeenten)
    topics = "DataProperties" if told.version == 3 else "MeasureCodes"
    return [f"{about}/{topics}", *(f"{figures} ({prefix}...)" for prefix in prefixes_of(gemeenten))]


def figures_of(
    client: Client,
    source: SourceDeclaration,
    vintage: Vintage,
    gemeenten: Sequence[str] = (),
    on_progress: OnProgress = lambda _what, _done, _all: None,
) -> pd.DataFrame:
    """The table of a source: `buurtcode` and its columns, sorted; figures as the service gave them.

    Args:
        client: who asks.
        source: what is wanted; it must have a section [statline].
        vintage: of which division.
        gemeenten: codes of the only gemeenten to ask for; none is the country.
        on_progress: who hears how many rows are in.

    Raises SourceError where the table is not what its declaration says; then nothing of it is kept.
    """
    told = _told(source)
    with forgetting_on_fault(client) as doubting:
        table = opened(doubting, told.version, told.service, _table(source, vintage), (told.place, told.time))
        parts = list(_parts(table, told))
        prefixes = prefixes_of(gemeenten)
        read: list[pd.DataFrame] = []
        before = 0
        for part in parts:
            pieces = []
            for prefix in prefixes:
                asked = Selection(tuple(part.columns), prefix, part.codes)
                came = table.figures(asked, lambda done, before=before: on_progress("rijen", before + done, None))  # type: ignore[misc]
                before += len(came)
                pieces.append(_wide(table, told, part, came, prefix))
            read.append(pd.concat(pieces))
        found = pd.concat(read, axis=1).sort_index()
        if not gemeenten and len(found) < LEAST_COVERED * vintage.least:
            raise SourceError(
                f"{table.where}: {len(found)} buurten where the country of {vintage.year} has {vintage.least} at "
                "least; pages are missing: try again later"
            )
    return found[_ordered(found, told)].rename_axis(KEY).reset_index()


def _told(source: SourceDeclaration) -> StatLine:
    if source.statline is None:
        raise SourceError(
            f"source {source.id!r}: declares no [statline]: it is read from a file, and cannot be fetched"
        )
    return source.statline


def _table(source: SourceDeclaration, vintage: Vintage) -> str:
    tables = _told(source).tables
    if vintage.year not in tables:
        raise SourceError(
            f"source {source.id!r}: no table of {vintage.year}; it has {', '.join(map(str, tables))}; add it to "
            f"[statline.tables] in layers/sources/{source.id}.toml"
        )
    return tables[vintage.year]


def prefixes_of(gemeenten: Sequence[str]) -> list[str]:
    """How the codes of their buurten begin; those of all the country, where there are none. Raises SourceError."""
    if wrong := [one for one in gemeenten if not GEMEENTE.fullmatch(one)]:
        raise SourceError(f"{wrong[0]!r} is no code of a gemeente; write it as GM0599")
    return [ALL_BUURTEN + one[2:] for one in gemeenten] or [ALL_BUURTEN]


def _parts(table: OData, told: StatLine) -> Iterator[_Part]:
    """Everything that is wanted, in as few questions as can be: columns of the same codes, year by year."""
    entries, dimensions = table.topics(), table.dimensions()
    _check_dimensions(table, told, dimensions)
    keys = {name: key_of(name, topic, entries, table.where) for name, topic in told.column.items()}
    together: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for name, topic in told.column.items():
        together.setdefault(tuple(sorted(topic.select.items())), []).append(name)
    periods = table.codes(told.time) if told.years else []
    for select, names in together.items():
        codes: dict[str, tuple[str, ...]] = {
            dimension: (on_the_wire(table, dimension, code),) for dimension, code in select
        }
        columns = {keys[name]: name for name in names}
        if len(columns) < len(names):
            raise SourceError(f"{table.where}: columns {names} are the same topic; keep one of them")
        if not told.years:
            yield _Part(columns, codes, {})
        for year in told.years:
            suffixes = suffixes_of(told, periods, year, table.where)
            yield _Part(
                columns, codes | {told.time: tuple(suffixes)}, {key.strip(): name for key, name in suffixes.items()}
            )


def _check_dimensions(table: OData, told: StatLine, dimensions: list[str]) -> None:
    if told.place not in dimensions:
        raise SourceError(f"{table.where}: no dimension {told.place!r} for its areas; it has {', '.join(dimensions)}")
    for name, topic in told.column.items():
        rest = [one for one in dimensions if one not in {told.place, told.time, *topic.select}]
        if rest:
            raise SourceError(
                f"{table.where}: column {name!r}: the table is split by {', '.join(rest)} as well; say which code is "
                f'meant: select = {{ {rest[0]} = "..." }}'
            )


def _wide(table: OData, told: StatLine, part: _Part, came: list[Row], prefix: str) -> pd.DataFrame:
    """Buurten by columns, each period a column of its own."""
    wanted = f"{prefix}... in {', '.join(part.suffixes) or 'the table'}"
    raw = pd.DataFrame(came)
    if missing := [one for one in (told.place, *part.columns) if len(raw) and one not in raw]:
        raise SourceError(f"{table.where}: asked for {missing}, answered with {list(raw.columns)}; try again later")
    if len(raw):
        raw = raw.assign(**{told.place: raw[told.place].astype(str).str.strip()})
        raw = raw[raw[told.place].str.startswith(prefix)]
    if raw.empty:
        raise SourceError(
            f"{table.where}: no rows for {wanted}, where some were due; the gemeente or period is not in this table, "
            "or the service wants its keys padded otherwise"
        )
    period = raw[told.time].astype(str).str.strip() if part.suffixes else pd.Series("", index=raw.index)
    _check_cells(table, part, raw[told.place], period, wanted)
    columns = {}
    for one in part.suffixes or {"": ""}:
        here = raw[period == one].set_index(told.place)
        for key, name in part.columns.items():
            columns[name + part.suffixes.get(one, "")] = _as_sent(here[key])
    return pd.DataFrame(columns)


def _check_cells(table: OData, part: _Part, place: pd.Series, period: pd.Series, wanted: str) -> None:
    """Each place once in each period, and nothing else."""
    twice = pd.DataFrame({"place": place, "period": period}).duplicated()
    if twice.any():
        raise SourceError(
            f"{table.where}: {int(twice.sum())} rows twice for {wanted}: {first_few(place[twice])}; the service "
            "runs in a circle; nothing of it was kept: try again later"
        )
    if part.suffixes and (absent := set(part.suffixes) - set(period)):
        raise SourceError(f"{table.where}: no rows for {', '.join(sorted(absent))}, where some were due ({wanted})")
    if part.suffixes and (strange := set(period) - set(part.suffixes)):
        raise SourceError(f"{table.where}: rows of {first_few(sorted(strange))}, which was not asked; try again later")


def _as_sent(figures: pd.Series) -> pd.Series:
    """The figures; as text, where one of them is text."""
    texts = figures.map(lambda one: isinstance(one, str))
    if not texts.any():
        return pd.to_numeric(figures)
    return figures.astype(object).where(figures.isna() | texts, figures.map(str)).where(figures.notna(), None)


def _ordered(found: pd.DataFrame, told: StatLine) -> list[str]:
    """As they are declared, each by period."""

    def place(name: str) -> tuple[int, str]:
        owner = max((one for one in told.column if name == one or name.startswith(f"{one}_")), key=len)
        return list(told.column).index(owner), name

    return sorted(found.columns, key=place)
