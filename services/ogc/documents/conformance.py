"""What the API conforms to, by the names that OGC gives: QGIS filters on the server only where that is declared."""

SPEC = "http://www.opengis.net/spec"


def _classes(specification: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{SPEC}/{specification}/1.0/conf/{name}" for name in names)


CQL2 = _classes(
    "cql2", "accent-insensitive-comparison", "advanced-comparison-operators", "arithmetic", "basic-cql2",
    "basic-spatial-functions", "basic-spatial-functions-plus", "case-insensitive-comparison", "cql2-json", "cql2-text",
    "spatial-functions",
)  # fmt: skip
FILTER = _classes("ogcapi-features-3", "features-filter", "filter")

CLASSES = (
    *CQL2,
    *_classes("ogcapi-common-1", "core", "html", "json", "landing-page", "oas30"),
    *_classes("ogcapi-common-2", "collections"),
    *_classes("ogcapi-common-3", "advanced-property-roles", "schemas"),
    *_classes("ogcapi-features-1", "core", "geojson", "html", "oas30"),
    *_classes("ogcapi-features-2", "crs"),
    *FILTER,
    *_classes("ogcapi-features-3", "queryables", "queryables-query-parameters"),
)
"""Of every release, as of all that pygeoapi serves."""

STYLES = tuple(f"{SPEC}/ogcapi-styles-1/0.0/conf/{name}" for name in ("core", "mapbox-styles", "sld-10"))
"""Of every release, by a draft: its names have no version yet."""

JSON_FG = (f"{SPEC}/json-fg-1/1.0/conf/core",)
"""Of every release, which pygeoapi knows nothing of."""

TILES = _classes("ogcapi-tiles-1", "core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
"""Of a release with tiles besides."""
