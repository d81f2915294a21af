"""Adapters by name, imported on first use: a command that makes no map does not load the mapping library."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from geo.errors import UnknownNameError
from geo.messages import Message

SOURCES: Mapping[str, str] = {
    "testland": "services.testland.source:TestlandSource",
    "folder": "services.sources.folder:Folder",
}
OWN: Mapping[str, str] = {
    "records": "services.sources.records.tally:tally",
    "raster": "services.sources.rasters:zonal",
    "squares": "services.sources.squares:counted",
}
WEIGHTS: Mapping[str, str] = {
    "squares": "services.sources.squares:weighed",
}
EXPORTERS: Mapping[str, str] = {
    "folium": "services.pages.map:export",
    "geopackage": "services.exporters.geopackage:export",
    "table": "services.exporters.table:export",
}
SITES: Mapping[str, str] = {
    "static": "services.pages.static_map:export",
}
"""Folders of files that a server of files serves, with nothing of zicht running."""
PAGES: Mapping[str, str] = {
    "method": "services.pages.method_page:write",
    "qgis": "services.exporters.qgis:write",
}
"""Pages and files that are made beside these: of how it was made from the record, for QGIS from the collections."""
STORES: Mapping[str, str] = {
    "embedded": "services.stores.sqlite:write",
    "geoparquet": "services.stores.geoparquet:write",
    "flatgeobuf": "services.stores.flatgeobuf:write",
    "tiles": "services.stores.tiles:write",
    "tiles-rd": "services.stores.tiles:write_rd",
}

SHARED: Mapping[str, str] = {
    "postgis": "services.stores.postgis.reading:database",
}
"""Stores that several servers read, by what a URI of one gives."""

MIRRORS: Mapping[str, str] = {
    "postgis": "services.stores.postgis.writing:publish",
}
"""The same stores, by what writes the release that a home serves to one."""

ENGINES: Mapping[str, str] = {
    "local": "services.engines.local:Local",
    "spark": "services.engines.spark:Spark",
}


def adapter(kind: Message | str, adapters: Mapping[str, str], name: str) -> Any:
    """The adapter of that name; `kind` says what it is. Raises UnknownNameError listing those there are."""
    if name not in adapters:
        raise UnknownNameError(kind, name, adapters)
    module, _, attribute = adapters[name].partition(":")
    return getattr(import_module(module), attribute)


def file_of(exporter: str) -> str:
    """The name of the file that an exporter writes where none is given."""
    name: str = import_module(EXPORTERS[exporter].partition(":")[0]).FILE
    return name
