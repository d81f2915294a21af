"""V3 and V4: a table of CBS OData of either version, by one protocol: topics, dimensions, codes and rows.

What is known of the services, of which the documentation says little:

- Version 3 has two addresses. ODataApi refuses an answer of more than 10,000 rows, and `$skip` or `$top` above 5,000,
  with a 500. So it is used for a gemeente, by the beginning of the code (`startswith`; `ge` and `lt` are ignored).
  ODataFeed gives all there is in pages of 10,000, each with a link to the next, and is used for the country.
- On the Feed areas are not filtered: buurten are picked here from all rows. That costs a fifth more rows, and does not
  depend on a filter of which nobody says that the Feed applies it.
- Keys are padded with spaces, regions to ten characters and kinds of crime to six (`'0.0.0 '`). A key of another width
  answers 200 and no rows. So no key is made up: it is looked up in the table's own list of codes.
- Without `$format=json` the answer is XML, with status 200.
- Version 4 is long: a row for each figure, and none where a figure is missing. Its codes have no padding.
- Tables of the police are on a host of their own (dataderden.cbs.nl).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from geo.errors import SourceError
from services.downloads.pages import Row, address, must, rows
from services.http.client import Client

JSON = {"$format": "json"}
NOT_TOPICS = frozenset({"Dimension", "TimeDimension", "GeoDimension", "GeoDetail", "TopicGroup"})
"""The types of the properties of a version 3 table that hold no figures."""
SERVICES = {3: "https://opendata.cbs.nl", 4: "https://datasets.cbs.nl/odata/v1/CBS"}
COUNTRY = "BU"
"""How the code of every buurt begins."""
MOST_PLACES = 30_000
"""Areas of all levels that a table has in one period: 14,500 buurten, and wijken and gemeenten, with room to spare."""
OnRows = Callable[[int], None]
"""Called with how many rows are in."""


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic: its key this year, its title, and the titles of the headings above it, nearest first."""

    key: str
    title: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a table is requested.

    Attributes:
        keys: of topics.
        prefix: how the codes of the areas begin: BU for the country, BU0599 for a gemeente.
        codes: for each other dimension the requested keys, padded.
    """

    keys: tuple[str, ...]
    prefix: str
    codes: Mapping[str, tuple[str, ...]]

    @property
    def conditions(self) -> list[str]:
        """The codes as conditions of a filter."""
        options = ([f"{name} eq '{key}'" for key in keys] for name, keys in self.codes.items())
        return [f"({' or '.join(each)})" if len(each) > 1 else each[0] for each in options]

    @property
    def most_rows(self) -> int:
        """How many rows of it there can be: one of each area under each combination of codes."""
        return MOST_PLACES * math.prod(len(keys) for keys in self.codes.values())


class OData(Protocol):
    """A table of either version."""

    @property
    def url(self) -> str:
        """Its address."""
        ...

    def topics(self) -> list[TopicEntry]:
        """All topics."""
        ...

    def dimensions(self) -> list[str]:
        """The names of all dimensions."""
        ...

    def codes(self, dimension: str) -> list[str]:
        """The keys of a dimension, padded as the service requires."""
        ...

    def first_page(self, selection: Selection) -> str:
        """The address of the first page of figures."""
        ...

    def figures(self, selection: Selection, on_progress: OnRows) -> list[Row]:
        """A row per place and period, with the topics by key; codes padded as the service has them."""
        ...


@dataclass(slots=True)
class V3:
    """A table of ODataApi and ODataFeed."""

    client: Client
    service: str | None
    table: str
    place: str
    time: str

    @property
    def url(self) -> str:
        """Its address."""
        return addresses(3, self.service, self.table)[0]

    def topics(self) -> list[TopicEntry]:
        """Topics, with the titles of their TopicGroups."""
        by_id = {row.get("ID"): row for row in self._properties()}
        return [
            TopicEntry(must(row, "Key"), _title(row), _headings(row.get("ParentID"), by_id, "ParentID"))
            for row in by_id.values()
            if row.get("Type") not in NOT_TOPICS
        ]

    def dimensions(self) -> list[str]:
        """The properties whose type ends in Dimension: Dimension, GeoDimension and TimeDimension."""
        return [must(row, "Key") for row in self._properties() if str(row.get("Type", "")).endswith("Dimension")]

    def codes(self, dimension: str) -> list[str]:
        """The list of codes of a dimension."""
        return [must(row, "Key") for row in rows(self.client, address(f"{self.url}/{dimension}", JSON))]

    def first_page(self, selection: Selection) -> str:
        """On the Feed for the country, on the Api for a gemeente."""
        national = selection.prefix == COUNTRY
        within = [] if national else [f"startswith({self.place},'{selection.prefix}')"]
        conditions = [*within, *selection.conditions]
        filtered = {"$filter": " and ".join(conditions)} if conditions else {}
        time = [self.time] if self.time in selection.codes else []
        columns = {"$select": ",".join([self.place, *time, *selection.keys])}
        return address(addresses(3, self.service, self.table, national=national)[1], JSON | filtered | columns)

    def figures(self, selection: Selection, on_progress: OnRows) -> list[Row]:
        """The rows as the service sends them."""
        return rows(self.client, self.first_page(selection), on_progress, selection.most_rows)

    def _properties(self) -> list[Row]:
        return rows(self.client, address(f"{self.url}/DataProperties", JSON))


@dataclass(slots=True)
class V4:
    """A table of observations."""

    client: Client
    service: str | None
    table: str
    place: str
    time: str

    @property
    def url(self) -> str:
        """Its address."""
        return addresses(4, self.service, self.table)[0]

    def topics(self) -> list[TopicEntry]:
        """Measures; their groups are requested only of a table in which two measures have the same title."""
        measures = rows(self.client, f"{self.url}/MeasureCodes")
        titles = [_title(row) for row in measures]
        groups = rows(self.client, f"{self.url}/MeasureGroups") if len(set(titles)) < len(titles) else []
        by_id = {row.get("Id"): row for row in groups}
        return [
            TopicEntry(must(row, "Identifier"), _title(row), _headings(row.get("MeasureGroupId"), by_id, "ParentId"))
            for row in measures
        ]

    def dimensions(self) -> list[str]:
        """The table's own list."""
        return [must(row, "Identifier") for row in rows(self.client, f"{self.url}/Dimensions")]

    def codes(self, dimension: str) -> list[str]:
        """The list of codes of a dimension."""
        return [must(row, "Identifier") for row in rows(self.client, f"{self.url}/{dimension}Codes")]

    def first_page(self, selection: Selection) -> str:
        """The observations of these measures."""
        measures = Selection((), "", {"Measure": selection.keys}).conditions
        conditions = [f"startswith({self.place},'{selection.prefix}')", *selection.conditions, *measures]
        return address(addresses(4, self.service, self.table)[1], {"$filter": " and ".join(conditions)})

    def figures(self, selection: Selection, on_progress: OnRows) -> list[Row]:
        """Long to wide: a row for every place of the table, also where each of its figures is missing."""
        times = selection.codes.get(self.time, ("",))
        wide: dict[tuple[str, str], Row] = {
            (place.strip(), time.strip()): {self.place: place, self.time: time} | dict.fromkeys(selection.keys)
            for place in self.codes(self.place)
            if place.startswith(selection.prefix)
            for time in times
        }
        cells: set[tuple[str, str, str]] = set()
        most = selection.most_rows * len(selection.keys)
        for row in rows(self.client, self.first_page(selection), on_progress, most):
            at = (must(row, self.place).strip(), str(row.get(self.time, "")).strip() if times != ("",) else "")
            cell = (*at, must(row, "Measure"))
            if cell in cells:
                raise SourceError("{url}: a figure twice: {cell}; try again later", url=self.url, cell=cell)
            if at not in wide:
                raise SourceError(
                    "{url}: a figure of an area or period that is not in its list of codes: {cell}; try again later",
                    url=self.url, cell=cell,
                )  # fmt: skip
            cells.add(cell)
            wide[at][cell[-1]] = _value(row)
        return list(wide.values()) if cells else []


def odata_table(client: Client, version: int, service: str | None, table: str, dimensions: Sequence[str]) -> OData:
    """A table; `dimensions` are what it calls its places and its periods."""
    place, time = dimensions
    return V3(client, service, table, place, time) if version == 3 else V4(client, service, table, place, time)


def addresses(version: int, service: str | None, table: str, *, national: bool = True) -> tuple[str, str]:
    """The addresses of what a table says of itself, and of its figures."""
    before = (service or SERVICES[version]).rstrip("/")
    if version == 4:
        return f"{before}/{table}", f"{before}/{table}/Observations"
    kind = "ODataFeed" if national else "ODataApi"
    return f"{before}/ODataApi/odata/{table}", f"{before}/{kind}/odata/{table}/TypedDataSet"


def _value(row: Row) -> Any:
    """A figure, or the text in its place."""
    return row.get("Value") if row.get("Value") is not None else row.get("StringValue")


def _title(row: Row) -> str:
    return str(row.get("Title") or "").strip()


def _headings(parent: Any, by_id: Mapping[Any, Row], link: str) -> tuple[str, ...]:
    """The titles of the headings above a topic, nearest first; `link` is what the table calls the id of a parent."""
    titles: list[str] = []
    visited = set()
    while parent in by_id and parent not in visited:
        visited.add(parent)
        titles.append(_title(by_id[parent]))
        parent = by_id[parent].get(link)
    return tuple(titles)
