"""The pages of the API for people: one template each over the content that programs get as JSON.

They load nothing from elsewhere but the background map, run no script that stands in the page, and have the texts of
the catalogue. pygeoapi's own pages were rejected: they load libraries from four other hosts, so that they stay empty in
a closed network, and show names of columns where titles are needed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
import numpy as np
import orjson
from markupsafe import Markup

from layers.messages import language, number, said, say
from layers.publication.fields import AREA_NAME, EXPLANATION, ID, SCORE, TITLE, Field
from layers.publication.legend import Legend, colours_of, legend_for
from services.ogc.site import cells
from services.ogc.site.downloads import GPKG, files_of
from services.ogc.site.method_pages import page_of
from services.stores.queries import Described
from services.stores.systems import answered

type Content = Mapping[str, Any]

PLAIN_COLOUR = "#7b8794"
"""Of areas without a score."""

UNSAFE_IN_SCRIPT = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


class Pages:
    """The pages of one release; `config` is pygeoapi's configuration, `addresses` are those of the site and the API,
    and `folder` has its files.
    """

    def __init__(
        self, config: Content, addresses: tuple[str, str], collections: Mapping[str, Described], document: Content,
        folder: Path, methods: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        background, (site, url) = config["server"].get("map", {}), addresses
        self._collections = collections
        self._document = document
        self._folder, self._methods = folder, methods
        self._shared = {
            "service": config["metadata"]["identification"],
            "url": url,
            "root": urlsplit(site).path.rstrip("/"),
            "collections": collections,
            "has": {name: (folder / name).is_file() for name in ("kaart.html", GPKG)},
            "background": background.get("url", ""),
            "attribution": background.get("attribution", ""),
        }

    def plain(self, name: str, content: Content) -> bytes:
        """A page (`landing`, `conformance`, ...) with this content."""
        return self._rendered(name, **content)

    def collection(self, identifier: str, name: str = "collection") -> bytes:
        """The page of a collection, or of its columns (`schema`)."""
        collection = self._collections[identifier]
        return self._rendered(name, collection=collection, systems=answered([collection]),
                              files=files_of(self._folder, identifier),
                              method=page_of(identifier, self._methods))  # fmt: skip

    def openapi(self) -> bytes:
        """Every path with its parameters."""
        shared = self._document["components"]["parameters"]

        def parameter(one: Content) -> Content:
            found: Content = shared[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
            return found

        return self._rendered("openapi", paths=self._document["paths"], shared=parameter)

    def items(self, identifier: str, content: Content) -> bytes:
        """A page of features: a map, its legend and a table."""
        collection = self._collections[identifier]
        features = content["features"]
        held = set(features[0]["properties"]) if features else set()
        fields = _shown_first([field for field in collection.fields if field.name in held])
        legend, colours = _coloured(fields, features)
        items = f"{self._shared['url']}/collections/{quote(identifier)}/items"
        links = [f"{items}/{quote(one['id'], safe='')}?f=html" for one in features]
        return self._rendered(
            "items",
            collection=collection,
            links=content["links"],
            shown=number(len(features), None),
            matched=number(content["numberMatched"], None),
            fields=fields,
            rows=[
                (link, *row)
                for link, row in zip(links, cells.rows(fields, [one["properties"] for one in features]), strict=True)
            ],
            drawn=_drawn(features, fields, colours, links),
            legend=legend,
        )

    def item(self, identifier: str, feature: Content) -> bytes:
        """One feature: a map and its figures."""
        collection = self._collections[identifier]
        values = feature["properties"]
        legend, colours = _coloured(collection.fields, [feature])
        return self._rendered(
            "item",
            collection=collection,
            name=_name(feature, _naming(collection.fields)),
            explanation=values.get(EXPLANATION.name),
            values=[
                (field, cells.writer(field)(values[field.name]))
                for field in collection.fields
                if field.name in values and field.name != EXPLANATION.name
            ],
            drawn=_drawn([feature], collection.fields, colours, [""]),
            legend=legend,
        )

    def _rendered(self, template: str, **content: Any) -> bytes:
        page = _environment(language()).get_template(f"{template}.html.jinja")
        return page.render(language=language(), **content | self._shared).encode()


@cache
def _environment(_spoken: str) -> jinja2.Environment:
    """The templates, compiled once; with texts of the catalogue."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("services.ogc", "html"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(say, say, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    return environment


def _shown_first(fields: Sequence[Field]) -> list[Field]:
    """The columns with the name of the area first, by which a reader finds it."""
    order = {TITLE.name: 0, AREA_NAME.name: 1, ID.name: 2}
    return sorted(fields, key=lambda field: order.get(field.name, 3))


def _naming(fields: Sequence[Field]) -> Field | None:
    return next(iter(_shown_first(fields)), None)


def _name(feature: Content, naming: Field | None) -> str:
    """What a feature is called: its value of this field, or its id."""
    return str((naming and feature["properties"].get(naming.name)) or feature["id"])


def _coloured(fields: Sequence[Field], features: Sequence[Content]) -> tuple[Content | None, list[str]]:
    """The legend of the score and the colour of each feature; without a score all have one colour."""
    column = next((field for field in fields if field.name == SCORE.name), None)
    if column is None or not features:
        return None, [PLAIN_COLOUR] * len(features)
    scores = np.array([one["properties"].get(SCORE.name) for one in features], dtype=np.float64)
    legend = legend_for(column, scores)
    return {"title": said(legend.title), "rows": _rows(legend)}, colours_of(scores, legend)


def _rows(legend: Legend) -> list[tuple[str, str]]:
    """From high to low, as the map stands beside it."""
    known = list(zip(legend.colours, legend.labels, strict=True))[::-1]
    return [*known, (legend.missing_colour, legend.missing_label)]


def _drawn(
    features: Sequence[Content], fields: Sequence[Field], colours: Sequence[str], links: Sequence[str]
) -> Markup:
    """What the map draws, as JSON that cannot end the element it stands in."""
    naming = _naming(fields)
    drawn = [
        {
            "type": "Feature",
            "geometry": one["geometry"],
            "properties": {"name": _name(one, naming), "colour": colour, "href": link},
        }
        for one, colour, link in zip(features, colours, links, strict=True)
        if one["geometry"]
    ]
    text = orjson.dumps({"type": "FeatureCollection", "features": drawn}).decode()
    return Markup(text.translate(UNSAFE_IN_SCRIPT))  # noqa: S704  # what could end the element is escaped
