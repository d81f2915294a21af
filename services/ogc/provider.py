"""The pygeoapi provider: one collection of the release that is served now.

pygeoapi makes a provider for every request; what is costly (the connection) is cached in `services.stores.served`. A
provider reads one release, so that a page and its count belong together. A request that cannot be answered is a 400
that says why: an unknown parameter, property or filter is never ignored. Errors of the API are in English, since those
who read them write programs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack

from pygeoapi.crs import CrsTransformSpec, crs_transform
from pygeoapi.provider.base import (
    BaseProvider,
    ProviderConnectionError,
    ProviderInvalidQueryError,
    ProviderItemNotFoundError,
)
from shapely.geometry.base import BaseGeometry

from geo.errors import StoreError
from layers.messages import said
from layers.publication.fields import Field
from services.ogc import patches
from services.stores import cql, served, systems
from services.stores.cql import Filter
from services.stores.queries import Condition, Described, Query, QueryError, System, equal, related, within_years

patches.apply()


class ItemsQuery(TypedDict, total=False):
    """The arguments that pygeoapi calls `query` with, by its names."""

    offset: int
    limit: int
    resulttype: str
    bbox: Sequence[float]
    datetime_: str | None
    properties: Sequence[tuple[str, str]]
    sortby: Sequence[Mapping[str, str]]
    select_properties: Sequence[str]
    skip_geometry: bool
    q: str | None
    filterq: Filter | None
    crs_transform_spec: CrsTransformSpec | None
    language: object


class ReleaseProvider(BaseProvider):  # type: ignore[misc]  # pygeoapi has no types
    """One collection (`table`) of the release in `data`, read-only."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self.table = provider_def["table"]
        # Passes every parameter on, so that unknown ones can be refused; pygeoapi ignores them.
        self.include_extra_query_parameters = True
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """The fields as JSON Schema; none where the release lacks the collection: `query` then says so."""
        try:
            fields = served.opened(Path(self.data)).collection(self.table).fields
        except StoreError:
            return {}
        schema: dict[str, dict[str, Any]] = {}
        for field in fields:
            title, description = said(field.title), said(field.description)
            schema[field.name] = {"type": field.type, "title": title, "description": description}
            if field.unit:
                schema[field.name]["x-ogc-unit"] = said(field.unit)
            if field.codes:
                schema[field.name] |= _coded(field)
        return schema

    def query(self, **arguments: Unpack[ItemsQuery]) -> dict[str, Any]:
        """A page of features, and how many there are in all."""
        system, towards = _stored(arguments.pop("crs_transform_spec", None))
        answer: dict[str, Any] = self._query(system, arguments, crs_transform_spec=towards)
        return answer

    @crs_transform  # type: ignore[untyped-decorator]  # pygeoapi has no types
    def _query(self, system: System, arguments: ItemsQuery, **_transformed: object) -> dict[str, Any]:
        with _answering():
            store = served.opened(Path(self.data))
            collection = self._collection(store)
            where = tuple(_conditions(collection, arguments))
            matched = store.count(collection.id, where)
            features = [] if _only_hits(arguments) else store.page(collection.id, _page(where, arguments, system))
        return {
            "type": "FeatureCollection",
            "features": features,
            "numberMatched": matched,
            "numberReturned": len(features),
        }

    def get(self, identifier: str, **arguments: Any) -> served.Feature:
        """The feature with this id."""
        system, towards = _stored(arguments.pop("crs_transform_spec", None))
        feature: served.Feature = self._get(identifier, system, crs_transform_spec=towards)
        return feature

    @crs_transform  # type: ignore[untyped-decorator]  # pygeoapi has no types
    def _get(self, identifier: str, system: System, **_transformed: object) -> served.Feature:
        with _answering():
            store = served.opened(Path(self.data))
            feature = store.item(self._collection(store).id, identifier, system)
        if feature is None:
            raise ProviderItemNotFoundError(user_msg=f"{self.table} has no item {identifier!r}")
        return feature

    def _collection(self, store: served.Served) -> Described:
        try:
            return store.collection(self.table)
        except StoreError as fault:
            raise ProviderItemNotFoundError(user_msg=str(fault)) from fault

    def __repr__(self) -> str:
        return f"<ReleaseProvider> {self.table}"


def _coded(field: Field) -> dict[str, Any]:
    """The codes of a column and what each is called; pygeoapi's queryables look for them under `values`."""
    labels = [{"const": code, "title": said(label)} for code, label in field.codes.items()]
    return {"values": list(field.codes), "enum": list(field.codes), "oneOf": labels}


@contextmanager
def _answering() -> Iterator[None]:
    """Our errors as pygeoapi's: a query that cannot be answered is a 400, a release that cannot be read a 500."""
    try:
        yield
    except QueryError as fault:
        raise ProviderInvalidQueryError(user_msg=str(fault)) from fault
    except StoreError as fault:
        raise ProviderConnectionError(str(fault), user_msg="no release can be read; publish one first") from fault


def _stored(towards: CrsTransformSpec | None) -> tuple[System, CrsTransformSpec | None]:
    """The system to read in, and the transformation that is left to pygeoapi: none to RD New, which is stored too."""
    if towards is not None and str(towards.target_crs_uri).lower().endswith("/epsg/0/28992"):
        return "RD", None
    return "CRS84", towards


def _page(where: tuple[Condition, ...], arguments: ItemsQuery, system: System) -> Query:
    return Query(
        where,
        sort=tuple((one["property"], one["order"] == "-") for one in arguments.get("sortby", ())),
        columns=tuple(arguments.get("select_properties", ())),
        geometry=not arguments.get("skip_geometry", False),
        limit=arguments.get("limit", 10),
        offset=arguments.get("offset", 0),
        system=system,
    )


def _only_hits(arguments: ItemsQuery) -> bool:
    kind = arguments.get("resulttype", "results")
    if kind not in ("results", "hits"):
        raise QueryError("resulttype must be results or hits, found {kind!r}", kind=kind)
    return kind == "hits"


def _conditions(collection: Described, arguments: ItemsQuery) -> Iterator[Condition]:
    named = list(arguments.get("properties", ()))
    if text := arguments.get("q"):
        # pygeoapi reserves `q` for a text search, which features do not have; so it can only be a property.
        named.append(("q", text))
    for name, value in named:
        yield equal(collection, name, value)
    if bbox := arguments.get("bbox"):
        yield related(collection, "intersects", _box(bbox))
    if text := arguments.get("datetime_"):
        yield within_years(collection, *_years(text))
    if (asked := arguments.get("filterq")) is not None:
        yield cql.condition(collection, asked)


def _box(bbox: Sequence[float]) -> BaseGeometry:
    return bbox.shape if isinstance(bbox, patches.TransformedBox) else systems.box(bbox, systems.CRS84)


def _years(text: str) -> tuple[int | None, int | None]:
    """The first and last year that an RFC 3339 instant or interval touches; None where it is open."""
    start, slash, end = text.partition("/")
    first, last = _year(start), _year(end if slash else start)
    if first is not None and last is not None and first > last:
        raise QueryError("datetime {text!r} ends before it begins", text=text)
    return first, last


def _year(text: str) -> int | None:
    if text in ("", ".."):
        return None
    if re.fullmatch(r"\d{4}(-\d\d)?", text):
        return int(text[:4])
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).year
    except (ValueError, OverflowError):
        raise QueryError(
            "datetime {text!r} is no year, day or moment such as 2024 or 2024-05-01T00:00:00Z", text=text
        ) from None
