"""Tables of CBS OData, version 3 and 4, behind one door: topics by title, codes as they are on the wire, rows.

What is known of the services, and of what they do without saying so:

- Version 3 has two addresses. ODataApi refuses more than 10,000 rows with a 500, so it is asked for a gemeente at a
  time, by the beginning of the code. ODataFeed gives all there is in pages of 10,000, each with a link to the next.
- On the Feed areas are not filtered: buurten are picked here from all that come. It costs a fifth more rows, and spares
  us a filter of which nobody says that the Feed heeds it.
- Keys are padded with spaces (`'0.0.0 '`), and a key of another width answers 200 and nothing. So no key is made up
  here: it is looked up in the table's own list of codes.
- Version 4 is long: a row for each figure, and none where a figure is missing. Its codes have no padding.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from geo.errors import SourceError
from services.downloads.pages import Row, address, rows
from services.http.client import Client

JSON = {"$format": "json"}
NOT_TOPICS = frozenset({"Dimension", "TimeDimension", "GeoDimension", "GeoDetail", "TopicGroup"})
SERVICES = {3: "https://opendata.cbs.nl", 4: "https://datasets.cbs.nl/odata/v1/CBS"}
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A topic: its key this year, its title, and the titles of the headings above it, nearest first."""

    key: str
    title: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted of a table.

    Attributes:
        keys: of topics.
        prefix: how the codes of the areas begin: BU for the country, BU0599 for a gemeente.
        codes: for each other dimension the keys that are wanted, as they are on the wire.
    """

    keys: tuple[str, ...]
    prefix: str
    codes: Mapping[str, tuple[str, ...]]

    @property
    def conditions(self) -> list[str]:
        """The codes as conditions of a filter."""
        each = ([f"{name} eq '{key}'" for key in keys] for name, keys in self.codes.items())
        return [f"({' or '.join(one)})" if len(one) > 1 else one[0] for one in each]


class OData(Protocol):
    """A table of either version."""

    @property
    def where(self) -> str:
        """Its address."""
        ...

    def topics(self) -> list[Entry]:
        """All topics."""
        ...

    def dimensions(self) -> list[str]:
        """The names of all dimensions."""
        ...

    def codes(self, dimension: str) -> list[str]:
        """The keys of a dimension, padded as the service wants them."""
        ...

    def first(self, asked: Selection) -> str:
        """The address of the first page."""
        ...

    def figures(self, asked: Selection, on_progress: Told) -> list[Row]:
        """A row per place and period, with the topics by key; codes as they came."""
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
    def where(self) -> str:
        """Its address."""
        return places(3, self.service, self.table)[0]

    def topics(self) -> list[Entry]:
        """Topics, with the titles of their TopicGroups."""
        known = {row.get("ID"): row for row in self._properties()}
        return [
            Entry(str(row["Key"]), _title(row), _above(row.get("ParentID"), known, "ParentID"))
            for row in known.values()
            if row.get("Type") not in NOT_TOPICS
        ]

    def dimensions(self) -> list[str]:
        """Every property of a type that is called so."""
        return [str(row["Key"]) for row in self._properties() if str(row.get("Type", "")).endswith("Dimension")]

    def codes(self, dimension: str) -> list[str]:
        """The list of codes of a dimension."""
        return [str(row["Key"]) for row in rows(self.client, address(f"{self.where}/{dimension}", JSON))]

    def first(self, asked: Selection) -> str:
        """On the Feed for the country, on the Api for a gemeente."""
        national = asked.prefix == "BU"
        within = [] if national else [f"startswith({self.place},'{asked.prefix}')"]
        chosen = {"$filter": " and ".join([*within, *asked.conditions])} if within or asked.codes else {}
        time = [self.time] if self.time in asked.codes else []
        wanted = {"$select": ",".join([self.place, *time, *asked.keys])}
        return address(places(3, self.service, self.table, national=national)[1], JSON | chosen | wanted)

    def figures(self, asked: Selection, on_progress: Told) -> list[Row]:
        """The rows as they come."""
        return rows(self.client, self.first(asked), on_progress)

    def _properties(self) -> list[Row]:
        return rows(self.client, address(f"{self.where}/DataProperties", JSON))


@dataclass(slots=True)
class V4:
    """A table of observations."""

    client: Client
    service: str | None
    table: str
    place: str
    time: str

    @property
    def where(self) -> str:
        """Its address."""
        return places(4, self.service, self.table)[0]

    def topics(self) -> list[Entry]:
        """Measures; their groups are asked only of a table in which two have one title."""
        found = rows(self.client, f"{self.where}/MeasureCodes")
        titles = [_title(row) for row in found]
        groups = rows(self.client, f"{self.where}/MeasureGroups") if len(set(titles)) < len(titles) else []
        known = {row.get("Id"): row for row in groups}
        return [
            Entry(str(row["Identifier"]), _title(row), _above(row.get("MeasureGroupId"), known, "ParentId"))
            for row in found
        ]

    def dimensions(self) -> list[str]:
        """The table's own list."""
        return [str(row["Identifier"]) for row in rows(self.client, f"{self.where}/Dimensions")]

    def codes(self, dimension: str) -> list[str]:
        """The list of codes of a dimension."""
        return [str(row["Identifier"]) for row in rows(self.client, f"{self.where}/{dimension}Codes")]

    def first(self, asked: Selection) -> str:
        """The observations of these measures."""
        conditions = [*asked.conditions, *Selection((), "", {"Measure": asked.keys}).conditions]
        chosen = " and ".join([f"startswith({self.place},'{asked.prefix}')", *conditions])
        return address(places(4, self.service, self.table)[1], {"$filter": chosen})

    def figures(self, asked: Selection, on_progress: Told) -> list[Row]:
        """Long to wide: a row for every place of the table, also where each of its figures is missing."""
        times = asked.codes.get(self.time, ("",))
        wide: dict[tuple[str, str], Row] = {
            (place.strip(), time.strip()): {self.place: place, self.time: time} | dict.fromkeys(asked.keys)
            for place in self.codes(self.place)
            if place.startswith(asked.prefix)
            for time in times
        }
        told: set[tuple[str, str, str]] = set()
        for row in rows(self.client, self.first(asked), on_progress):
            at = (str(row[self.place]).strip(), str(row.get(self.time, "")).strip() if times != ("",) else "")
            cell = (*at, str(row["Measure"]))
            if cell in told or at not in wide:
                what = "twice" if cell in told else "of an area or period that is not in its list of codes"
                raise SourceError(
                    f"{self.where}: a figure {what}: {', '.join(cell)}; nothing was kept: try again later"
                )
            told.add(cell)
            wide[at][cell[-1]] = _value(row)
        return list(wide.values()) if told else []


def opened(client: Client, version: int, service: str | None, table: str, dimensions: Sequence[str]) -> OData:
    """A table; `dimensions` are the names of its places and its periods."""
    place, time = dimensions
    return V3(client, service, table, place, time) if version == 3 else V4(client, service, table, place, time)


def places(version: int, service: str | None, table: str, *, national: bool = True) -> tuple[str, str]:
    """Where a table tells of itself, and where it gives its figures."""
    before = (service or SERVICES[version]).rstrip("/")
    if version == 4:
        return f"{before}/{table}", f"{before}/{table}/Observations"
    kind = "ODataFeed" if national else "ODataApi"
    return f"{before}/ODataApi/odata/{table}", f"{before}/{kind}/odata/{table}/TypedDataSet"


def _value(row: Row) -> Any:
    """A figure, or the text that stands in its place."""
    return row.get("Value") if row.get("Value") is not None else row.get("StringValue")


def _title(row: Row) -> str:
    return str(row.get("Title") or "").strip()


def _above(parent: Any, known: Mapping[Any, Row], link: str) -> tuple[str, ...]:
    """The titles of the headings above."""
    titles: list[str] = []
    passed = set()
    while parent in known and parent not in passed:
        passed.add(parent)
        titles.append(_title(known[parent]))
        parent = known[parent].get(link)
    return tuple(titles)
