"""Which paths there are, with what answers each, and their parameters and formats. All else is 404."""

import re
from collections.abc import Mapping
from functools import partial

from services.ogc import items, styles, tiles
from services.ogc.endpoints import FEATURE, JSON, OPENAPI, PAGES, PLAIN, SCHEMAS, TEXT, Endpoint, Handler
from services.ogc.handlers import Handlers
from services.ogc.site import qgis

READING = ("GET", "HEAD", "OPTIONS")
COLLECTION = r"/collections/([^/]+)"
FILE, WEB_PAGE = {"*/*": "file"}, {"text/html": "html"}


def paths(handlers: Handlers) -> tuple[Endpoint, ...]:
    """All paths: of the API, and of the site beside it."""
    return (
        *_of_api(handlers),
        *tiles.endpoints(READING),
        *styles.endpoints(READING, handlers.store),
        *_of_site(handlers),
    )


def _of_api(handlers: Handlers) -> tuple[Endpoint, ...]:
    def page(pattern: str, name: str, formats: Mapping[str, str] = PAGES) -> Endpoint:
        return _endpoint(name, pattern, partial(handlers.of_page, name), formats)

    openapi_json = {media_type: format_ for media_type, format_ in OPENAPI.items() if format_ == "json"}
    return (
        page(r"/", "landing"),
        page(r"/conformance", "conformance", PLAIN),
        page(r"/collections", "collections"),
        page(COLLECTION, "collections"),
        _endpoint("schema", f"{COLLECTION}/(schema)", handlers.of_schema, SCHEMAS),
        _endpoint("queryables", f"{COLLECTION}/(queryables)", handlers.of_schema, SCHEMAS),
        _endpoint("openapi", r"/openapi", handlers.of_openapi, OPENAPI),
        _endpoint("openapi", r"/openapi\.json", handlers.of_openapi, openapi_json),
        Endpoint(
            "items", re.compile(f"{COLLECTION}/items"), handlers.of_items, None, items.OFFERED, (*READING, "POST")
        ),
        Endpoint(
            "item", re.compile(f"{COLLECTION}/items/(.+)"), handlers.of_item, ("f", "lang", "crs"), FEATURE, READING
        ),
    )


def _of_site(handlers: Handlers) -> tuple[Endpoint, ...]:
    def of_site(name: str, pattern: str, handler: Handler, formats: Mapping[str, str]) -> Endpoint:
        return Endpoint(name, re.compile(pattern), handler, (), formats, READING, versioned=False)

    return (
        of_site("kaart", r"/(kaart)(?:\.html)?", handlers.of_file, WEB_PAGE),
        of_site("methode", r"/(methode-[a-z0-9_]+\.html)", handlers.of_file, WEB_PAGE),
        of_site("qgis", f"/qgis/({qgis.NAME})", handlers.of_qgis, FILE),
        of_site("downloads", r"/downloads/([^/]+)", handlers.of_file, FILE),
        of_site("health", "/health", handlers.of_health, JSON),
        of_site("metrics", "/metrics", handlers.of_metrics, TEXT),
    )


def _endpoint(name: str, pattern: str, handler: Handler, formats: Mapping[str, str]) -> Endpoint:
    return Endpoint(name, re.compile(pattern), handler, ("f", "lang"), formats, READING)
