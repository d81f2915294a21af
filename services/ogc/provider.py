"""The pygeoapi provider: one collection of the release that is served now.

pygeoapi makes a provider for every request; what is costly (the connection) is cached in `services.stores.served`. A
provider reads one release, so that a page and its count belong together. A request that cannot be answered is a 400
that says why: an unknown parameter, property or filter is never ignored. Errors of the API are in English, since those
who read them write programs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypedDict, Unpack

from pygeoapi.provider.base import (
    BaseProvider,
    ProviderConnectionError,
    ProviderInvalidQueryError,
    ProviderItemNotFoundError,
)
from shapely.geometry.base import BaseGeometry

from geo.errors import StoreError
from layers.publication.fields import Field
from services.ogc import patches
from services.ogc.documents import schemas
from services.ogc.questions.question import conditions
from services.stores import systems
from services.stores.cql import Filter
from services.stores.dialects import Condition
from services.stores.opening import opened
from services.stores.queries import Described, Query, QueryError
from services.stores.reader import Feature, Reader

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
    crs_transform_spec: object
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
            fields = opened(str(self.data)).collection(self.table).fields
        except StoreError:
            return {}
        return {field.name: _column(field) for field in fields}

    def query(self, **arguments: Unpack[ItemsQuery]) -> dict[str, Any]:
        """A page of features, and how many there are in all."""
        uri = _uri(arguments.get("crs_transform_spec"))
        with _answering():
            store = opened(str(self.data))
            collection = self._collection(store)
            where = tuple(_conditions(collection, arguments))
            matched = store.count(collection.id, where)
            features = (
                [] if _only_hits(arguments) else store.page(collection.id, _page(collection, where, arguments, uri))
            )
            features = systems.in_system(features, uri, collection)
        return {
            "type": "FeatureCollection",
            "features": features,
            "numberMatched": matched,
            "numberReturned": len(features),
        }

    def get(self, identifier: str, crs_transform_spec: object = None, **_arguments: Any) -> Feature:
        """The feature with this id."""
        uri = _uri(crs_transform_spec)
        with _answering():
            store = opened(str(self.data))
            collection = self._collection(store)
            feature = store.item(collection.id, identifier, systems.ready(uri, collection))
        if feature is None:
            raise ProviderItemNotFoundError(user_msg=f"{self.table} has no item {identifier!r}")
        return systems.in_system([feature], uri, collection)[0]

    def _collection(self, store: Reader) -> Described:
        try:
            return store.collection(self.table)
        except StoreError as fault:
            raise ProviderItemNotFoundError(user_msg=str(fault)) from fault

    def __repr__(self) -> str:
        return f"<ReleaseProvider> {self.table}"


def _column(field: Field) -> dict[str, Any]:
    """A column as pygeoapi wants it: its queryables look for codes under `values`."""
    return schemas.column(field) | ({"values": list(field.codes)} if field.codes else {})


@contextmanager
def _answering() -> Iterator[None]:
    """Our errors as pygeoapi's: a query that cannot be answered is a 400, a release that cannot be read a 500."""
    try:
        yield
    except QueryError as fault:
        raise ProviderInvalidQueryError(user_msg=str(fault)) from fault
    except StoreError as fault:
        raise ProviderConnectionError(str(fault), user_msg="no release can be read; publish one first") from fault


def _uri(spec: Any) -> str:
    """The system that pygeoapi asks coordinates in: it gives a specification, and none for CRS84."""
    return systems.CRS84 if spec is None else str(spec.target_crs_uri)


def _page(collection: Described, where: tuple[Condition, ...], arguments: ItemsQuery, uri: str) -> Query:
    return Query(
        where,
        sort=tuple((one["property"], one["order"] == "-") for one in arguments.get("sortby", ())),
        columns=tuple(arguments.get("select_properties", ())),
        geometry=not arguments.get("skip_geometry", False),
        limit=arguments.get("limit", 10),
        offset=arguments.get("offset", 0),
        system=systems.ready(uri, collection),
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
    box = _box(bbox) if (bbox := arguments.get("bbox")) else None
    return conditions(collection, named, box, arguments.get("datetime_"), arguments.get("filterq"))


def _box(bbox: Sequence[float]) -> BaseGeometry:
    return bbox.shape if isinstance(bbox, patches.TransformedBox) else systems.box(bbox, systems.CRS84)
