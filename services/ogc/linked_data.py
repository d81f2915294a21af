"""JSON-LD, by pygeoapi: it is loaded when the first reader asks for that, since it takes longer than all else here."""

from types import SimpleNamespace
from typing import Any

import orjson
from pygeoapi import api as core
from pygeoapi.api import API, APIRequest, itemtypes
from pygeoapi.linked_data import geojson2jsonld
from starlette.datastructures import QueryParams

from services.ogc import patches
from services.ogc.questions.parameters import Given

FUNCTIONS = {
    "landing": core.landing_page,
    "collections": core.describe_collections,
    "item": itemtypes.get_collection_item,
}


class LinkedData:
    """The pages of one release as JSON-LD; `config` is its configuration, `document` its OpenAPI document."""

    def __init__(self, config: dict[str, Any], document: dict[str, Any]) -> None:
        patches.apply()
        self._api = API(config, document)

    def page(self, name: str, given: Given, *arguments: str) -> tuple[int, str, bytes]:
        """One of the pages: its status, media type and text."""
        asked = SimpleNamespace(query_params=QueryParams(given), headers={})
        headers, status, content = FUNCTIONS[name](self._api, APIRequest(asked, self._api.locales), *arguments)
        body = orjson.dumps(content) if isinstance(content, dict) else content
        return int(status), headers["Content-Type"], body.encode() if isinstance(body, str) else body

    def items(self, collection: str, content: dict[str, Any]) -> bytes:
        """A page of features, of which `content` is the GeoJSON."""
        linked: str = geojson2jsonld(self._api, content, collection, id_field="id")
        return linked.encode()
