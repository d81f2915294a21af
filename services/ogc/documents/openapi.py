"""The OpenAPI document of a release: every path, parameter, header and answer that there is, and no other.

Written out here, and not made from pygeoapi's: that one declares free-form parameters, processes and tiles that are not
answered, and refers to schemas on other hosts, so that it cannot be read offline. QGIS reads its page size from the
shared parameter `limit`.
"""

from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from services.ogc.documents.components import Tree, components
from services.ogc.documents.operations import of_collection, of_grids, of_server, of_styles, of_tiles
from services.stores.queries import Described
from services.stores.systems import answered


def document(
    config: Mapping[str, Any], url: str, collections: Sequence[Described], tiles: Mapping[str, Collection[str]] = {}
) -> Tree:
    """The document for these collections, served at `url`; `config` is pygeoapi's, of which limits and metadata are
    read. `tiles` says of those that have vector tiles in which grids.
    """
    grids = sorted({grid for each in tiles.values() for grid in each})
    paths = {**of_server(), **(of_grids(grids) if grids else {})}
    paths |= of_styles([one.id for one in collections])
    for one in collections:
        paths |= of_collection(one) | (of_tiles(one, tiles[one.id]) if one.id in tiles else {})
    return {
        "openapi": "3.0.3",
        "info": _info(config["metadata"]),
        "servers": [{"url": url}],
        "tags": [{"name": "server"}, *({"name": one.id, "description": one.title} for one in collections)],
        "paths": paths,
        "components": components(config["server"], answered(collections)),
    }


def _info(metadata: Mapping[str, Any]) -> Tree:
    about, contact, licence = metadata["identification"], metadata.get("contact", {}), metadata["license"]
    known = {"name": contact.get("name"), "email": contact.get("email"), "url": contact.get("url") or about["url"]}
    return {
        "title": about["title"],
        "description": about["description"],
        "version": version("zicht"),
        "contact": {name: value for name, value in known.items() if value},
        "license": {name: licence[name] for name in ("name", "url") if licence.get(name)},
        **({"termsOfService": about["terms_of_service"]} if about.get("terms_of_service") else {}),
    }
