"""CBS OData as it is, traps and all: versions 3 (Api and Feed) and 4, over tables that a test gives.

What it does, the services were seen to do (or their users complain that they do): keys are padded, and one of another
width finds nothing, with status 200; ODataApi answers 500 where more than 10,000 rows would come or `$skip` or `$top`
is above 5000; ODataFeed gives pages with an `odata.nextLink`; version 4 is long, leaves out what is missing and pads
nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pandas as pd

from tests.standin.server import Query, Reply

JSON = {"Content-Type": "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"}
MOST, FURTHEST, WIDTH = 10_000, 5000, {"WijkenEnBuurten": 10, "SoortMisdrijf": 6}
CONDITION = re.compile(r"startswith\((\w+),'([^']*)'\)|(\w+) eq '([^']*)'")
Row = dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """A topic: its key, title and the heading above it."""

    key: str
    title: str
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table: `rows` have unpadded codes for `dimensions`, and a figure for each key of `topics`."""

    topics: Sequence[Topic]
    rows: Sequence[Row]
    dimensions: Sequence[str] = ("WijkenEnBuurten",)
    page: int = MOST

    def suffixed(self, by: int) -> "Table":
        """The same table of another year: every key has another number behind it."""
        keys = {one.key: re.sub(r"_\d+$", lambda old: f"_{int(old[0][1:]) + by}", one.key) for one in self.topics}
        rows = [{keys.get(name, name): value for name, value in row.items()} for row in self.rows]
        return replace(self, topics=[replace(one, key=keys[one.key]) for one in self.topics], rows=rows)

    def titled(self, old: str, new: str) -> "Table":
        """The same table with one topic called otherwise."""
        return replace(self, topics=[replace(one, title=new) if one.title == old else one for one in self.topics])


@dataclass
class StatLine:
    """The service: `/opendata.cbs.nl/ODataApi/odata/<table>/...` and the like, for the tables of this version."""

    tables: Mapping[str, Table]
    hosts: tuple[str, ...] = ("opendata.cbs.nl", "dataderden.cbs.nl", "datasets.cbs.nl")
    answers: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    def __call__(self, path: str, query: Query, _: Mapping[str, str]) -> Reply | None:
        host, _, rest = path.strip("/").partition("/")
        if host not in self.hosts:
            return None
        old = re.fullmatch(r"OData(Api|Feed)/odata/(\w+)(?:/(\w+))?", rest, re.IGNORECASE)
        new = re.fullmatch(r"odata/v1/CBS/(\w+)(?:/(\w+))?", rest)
        name = old[2] if old else new[1] if new else ""
        if name not in self.tables:
            return Reply(404, b'{"odata.error":{"message":{"value":"Resource not found"}}}', JSON)
        table, options = self.tables[name], {key: value[0] for key, value in query.items()}
        if new:
            return self._v4(table, name, new[2], options)
        assert old
        return self._v3(table, f"https://{host}/{rest}", old[1], old[3], options)

    def _v3(self, table: Table, url: str, kind: str, entity: str, options: dict[str, str]) -> Reply:
        feed = kind.lower() == "feed"
        if options.get("$format") != "json":
            return Reply(200, b"<feed/>", {"Content-Type": "application/atom+xml"})
        if max(int(options.get("$skip", 0)), int(options.get("$top", 0))) > FURTHEST and not feed:
            return Reply(500, b"$skip and $top must not exceed 5000")
        if entity == "DataProperties":
            return page(properties(table), url)
        if entity in table.dimensions:
            return page([{"Key": padded(entity, code), "Title": code} for code in codes(table, entity)], url)
        matches = self._chosen(table, url, options.get("$filter", ""), pad=True)
        start, size = int(options.get("$skip", 0)), int(options.get("$top", len(matches)))
        matches = matches[start : start + size]
        if not feed and len(matches) > MOST:
            return Reply(500, b"The query returns more than 10000 records. Use filter or $top and $skip")
        here = matches[: table.page] if feed else matches
        left = len(matches) > len(here)
        query = "&".join(f"{name}={options[name]}" for name in ("$format", "$filter", "$select") if name in options)
        wanted = options["$select"].split(",") if "$select" in options else None
        here = [{name: row[name] for name in wanted} for row in here] if wanted else here
        return page(here, url, f"{url}?{query}&$skip={start + table.page}" if left else None)

    def _v4(self, table: Table, name: str, entity: str, options: dict[str, str]) -> Reply:
        url = f"https://datasets.cbs.nl/odata/v1/CBS/{name}/{entity}"
        if entity == "MeasureCodes":
            groups = {one.group: at for at, one in enumerate(table.topics) if one.group}
            return page([
                {"Identifier": one.key, "Index": at, "Title": one.title, "MeasureGroupId": groups.get(one.group)}
                for at, one in enumerate(table.topics)
            ], url, new=True)  # fmt: skip
        if entity == "MeasureGroups":
            groups = {one.group: at for at, one in enumerate(table.topics) if one.group}
            return page([{"Id": at, "Title": group, "ParentId": None} for group, at in groups.items()], url, new=True)
        if entity == "Dimensions":
            return page([{"Identifier": one} for one in table.dimensions], url, new=True)
        if entity.removesuffix("Codes") in table.dimensions:
            return page([{"Identifier": one} for one in codes(table, entity.removesuffix("Codes"))], url, new=True)
        long = [
            {"Id": 1000 * at + nth, "Measure": one.key, "Value": row[one.key], "StringValue": None}
            | {name: row[name] for name in table.dimensions}
            for at, row in enumerate(table.rows)
            for nth, one in enumerate(table.topics)
            if row[one.key] is not None
        ]  # fmt: skip
        matches = [row for row in long if holds(row, options.get("$filter", ""))]
        start = int(options.get("$skip", 0))
        following = f"{url}?$filter={options.get('$filter', '')}&$skip={start + table.page}"
        left = len(matches) > start + table.page
        return page(matches[start : start + table.page], url, following if left else None, new=True)

    def _chosen(self, table: Table, url: str, condition: str, *, pad: bool) -> list[Row]:
        key = (url, condition)
        if key not in self.answers:
            raw = [
                {"ID": at} | {name: padded(name, value) if pad else value for name, value in row.items()}
                for at, row in enumerate(table.rows)
            ]
            self.answers[key] = [row for row in raw if holds(row, condition)]
        return self.answers[key]


def padded(dimension: str, code: Any) -> Any:
    return code.ljust(WIDTH[dimension]) if dimension in WIDTH else code


def codes(table: Table, dimension: str) -> list[str]:
    return sorted({row[dimension] for row in table.rows})


def properties(table: Table) -> list[Row]:
    """DataProperties: dimensions, headings, and topics below them."""
    kinds = {"WijkenEnBuurten": "GeoDimension", "Perioden": "TimeDimension"}
    rows = [
        {"Type": kinds.get(one, "Dimension"), "Key": one, "Title": one, "ParentID": None} for one in table.dimensions
    ]
    rows += [
        {"Type": "TopicGroup", "Key": "", "Title": one, "ParentID": None}
        for one in dict.fromkeys(topic.group for topic in table.topics if topic.group)
    ]
    heading = {row["Title"]: at for at, row in enumerate(rows) if row["Type"] == "TopicGroup"}
    rows += [
        {"Type": "Topic", "Key": one.key, "Title": one.title, "ParentID": heading.get(one.group)}
        for one in table.topics
    ]
    return [{"ID": at, "Position": str(at)} | row for at, row in enumerate(rows)]


def holds(row: Row, condition: str) -> bool:
    """Whether a row meets a filter of `and`s over `or`s; spaces count, as they do there."""
    for part in condition.split(" and ") if condition else ():
        either = [CONDITION.fullmatch(one) for one in re.sub(r"^\((.*)\)$", r"\1", part).split(" or ")]
        if not all(either):
            raise ValueError(f"a filter that the services do not know: {part!r} of {condition!r}")
        if not any(row[one[1]].startswith(one[2]) if one[1] else row[one[3]] == one[4] for one in either if one):
            return False
    return True


def page(rows: Sequence[Row], url: str, following: str | None = None, *, new: bool = False) -> Reply:
    mark = "@odata" if new else "odata"
    content: Row = {f"{mark}.context" if new else f"{mark}.metadata": f"{url}/$metadata", "value": list(rows)}
    if following:
        content[f"{mark}.nextLink"] = following
    return Reply(200, orjson.dumps(content), JSON)


KWB, POLICE, NEARNESS = "85984NED", "47018NED", "86134NED"
TOPICS = (
    Topic("AantalInwoners_5", "Aantal inwoners", "Bevolking"),
    Topic("HuishoudensTotaal_29", "Huishoudens totaal", "Particuliere huishoudens"),
    Topic("Koopwoningen_47", "Koopwoningen", "Eigendom"),
    Topic("Omgevingsadressendichtheid_121", "Omgevingsadressendichtheid", "Stedelijkheid"),
    Topic("OppervlakteLand_116", "Oppervlakte land", "Oppervlakte"),
)
COLUMNS = ("inwoners", "huishoudens", "koopwoningen", "adressendichtheid", "oppervlakte_land")
NEAR = (
    Topic("Binnen1Km_30", "Binnen 1 km", "Aantal cafés"),
    Topic("Binnen3Km_31", "Binnen 3 km", "Aantal cafés"),
    Topic("Binnen1Km_34", "Binnen 1 km", "Aantal cafetaria's e.d."),
    Topic("Binnen1Km_38", "Binnen 1 km", "Aantal restaurants"),
    Topic("Binnen1Km_17", "Binnen 1 km", "Aantal grote supermarkten"),
    Topic("Binnen1Km_21", "Binnen 1 km", "Aantal overige dagelijkse levensmiddelen"),
    Topic("AfstandTotTreinstationsTotaal_90", "Afstand tot treinstations totaal", "Treinstations"),
)
CRIMES = (Topic("GeregistreerdeMisdrijven_1", "Geregistreerde misdrijven"),)
YEARS = range(2021, 2026)


def kerncijfers(figures: pd.DataFrame, page: int = MOST) -> Table:
    """A table of kerncijfers from `buurtcode` and COLUMNS, with rows of the country, gemeenten and wijken before it."""
    keys = {column: topic.key for column, topic in zip(COLUMNS, TOPICS, strict=True) if column in figures}
    own = figures.rename(columns=keys | {"buurtcode": "WijkenEnBuurten"})[["WijkenEnBuurten", *keys.values()]]
    rows = own.astype(object).where(own.notna(), None).to_dict("records")
    nothing = dict.fromkeys(keys.values(), 1)
    topics = [topic for column, topic in zip(COLUMNS, TOPICS, strict=True) if column in keys]
    return Table(
        topics, [{"WijkenEnBuurten": code} | nothing for code in above(figures["buurtcode"])] + rows, page=page
    )


def nabijheid(figures: pd.DataFrame, page: int = MOST) -> Table:
    """A table of what is near, from `buurtcode`: a figure of one decimal of each; of the last area a point."""
    rows = [
        {"WijkenEnBuurten": code} | {topic.key: f"{at % 40 / 10 + nth:8.1f}" for nth, topic in enumerate(NEAR)}
        for at, code in enumerate([*above(figures["buurtcode"]), *figures["buurtcode"]])
    ]
    rows[-1] |= dict.fromkeys((topic.key for topic in NEAR), "       .")
    return Table(NEAR, rows, page=page)


def misdrijven(crimes: pd.DataFrame, page: int = MOST) -> Table:
    """A table of the police, from `buurtcode` and misdrijven_2021 and on: by kind, place and year."""
    counted = crimes.set_index("buurtcode")[[f"misdrijven_{year}" for year in YEARS]]
    rows = [
        {
            "SoortMisdrijf": kind,
            "WijkenEnBuurten": code,
            "Perioden": f"{year}JJ00",
            CRIMES[0].key: None if pd.isna(count) else int(count) // part,
        }
        for kind, part in (("0.0.0", 1), ("3.1.1", 10), ("2.1.1", 2), ("2.6.10", 3))
        for code, *counts in [*((one, *[1] * len(YEARS)) for one in above(crimes["buurtcode"])), *counted.itertuples()]
        for year, count in zip(YEARS, counts, strict=True)
    ]
    return Table(CRIMES, rows, ("SoortMisdrijf", "WijkenEnBuurten", "Perioden"), page)


def by_kind(counts: pd.DataFrame, kinds: Mapping[str, str], page: int = MOST) -> Table:
    """The same from a column for each kind and year: `drugshandel_2024` is of the kind that is called drugshandel."""
    counted = counts.set_index("buurtcode")
    rows = [
        {
            "SoortMisdrijf": kind,
            "WijkenEnBuurten": code,
            "Perioden": f"{year}JJ00",
            CRIMES[0].key: int(count),
        }
        for kind, name in kinds.items()
        for year in YEARS
        for code, count in counted[f"{name}_{year}"].items()
    ]
    return Table(CRIMES, rows, ("SoortMisdrijf", "WijkenEnBuurten", "Perioden"), page)


def above(codes: pd.Series) -> list[str]:
    """The codes of the country, and of the gemeenten and wijken of these buurten."""
    digits = sorted(set(codes.str[2:6])), sorted(set(codes.str[2:8]))
    return ["NL00", *(f"GM{one}" for one in digits[0]), *(f"WK{one}" for one in digits[1])]
