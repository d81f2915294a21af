"""The schema and the queryables of a collection as JSON Schema: each column by title, unit and codes.

Written out here: pygeoapi calls each queryable by the name of its column, and no geometry by its type, so that GDAL
takes the type of the first feature for that of all.
"""

from typing import Any

from layers.messages import said
from layers.publication.fields import ID, Field
from services.stores.queries import Described

type Tree = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRY = {"title": "geometry", "format": "geometry-multipolygon", "x-ogc-role": "primary-geometry"}
"""Every collection has areas, each of one part or more: services.stores.coordinates."""


def document(collection: Described, url: str) -> Tree:
    """The JSON Schema of the properties of a feature, and of what may be filtered on: they are the same."""
    return {
        "$schema": DIALECT,
        "$id": url,
        "type": "object",
        "title": collection.title,
        "description": collection.description,
        "properties": {
            **{field.name: column(field) | _role(field, collection) for field in collection.fields},
            "geometry": GEOMETRY,
        },
        "additionalProperties": False,
    }


def column(field: Field) -> Tree:
    """What a column holds."""
    found: Tree = {"type": field.type, "title": said(field.title), "description": said(field.description)}
    if field.unit:
        found["x-ogc-unit"] = said(field.unit)
    if field.codes:
        found["enum"] = list(field.codes)
        found["oneOf"] = [{"const": code, "title": said(label)} for code, label in field.codes.items()]
    return found


def _role(field: Field, collection: Described) -> Tree:
    if field.name == ID.name:
        return {"x-ogc-role": "id"}
    return {"x-ogc-role": "primary-instant"} if field.name == collection.time_field else {}
