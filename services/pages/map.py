"""The map as one HTML file: it opens in a closed network, and only its background comes from outside (PDOK).

It is a folium map, so others can add to it: `build_map(collections)`, then `add_child` as ever. Three things differ
from what folium writes by itself. Leaflet is in the file, and jQuery, Bootstrap and Font Awesome are not there at all:
folium links them from six addresses that a municipality may block (what needs them can still add them). Text from the
release never becomes markup or a template: branca reads what an element writes as a Jinja template once more, so our
page is written in one go and the figures travel as JSON. And the same input gives the same bytes: folium's random
names are numbered.

The page is in the language that is spoken while it is written; its scripts get the texts of that language with the
figures (services.pages.script_texts).
"""

import base64
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

import folium
import orjson
from branca.element import Figure
from folium.template import Template

from boundaries.rd import RD_NEW
from geo.errors import StoreError
from geo.messages import message
from layers.messages import language, say
from layers.publication.collection import Collection
from layers.publication.comparison import NATIONWIDE, mean, shared
from layers.publication.fields import MADE_UP, SCORE, THEME
from services.files import whole_file
from services.pages.map_columns import Packed
from services.pages.map_content import packed_content
from services.pages.script_texts import texts
from services.pages.templates import own, template

FILE = "kaart.html"
TILES = "https://service.pdok.nl/brt/achtergrondkaart/wmts/v2_0/grijs/EPSG:3857/{z}/{x}/{y}.png"
CLOSEST_ZOOM = 19
FURTHEST_ZOOM = 6

LEAFLET = files("xstatic.pkg.leaflet") / "data"
RANDOM_NAME = re.compile(r"_(?:(?<=\bmap_)|(?<=\btile_layer_))[0-9a-f]{32}\b")
UNSAFE_IN_SCRIPT = {one: f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


def export(collections: Sequence[Collection], path: Path) -> None:
    """Write the map of a release to `path`, whole or not at all.

    Raises StoreError if there is nothing to show or the file cannot be written.
    """
    write(build_map(collections), path)


def write(release_map: folium.Map, path: Path) -> None:
    """Write the page of a map to `path`, whole or not at all."""
    page = _numbered(release_map.get_root().render())
    with whole_file(path) as unfinished:
        unfinished.write_text(page, encoding="utf-8")


def build_map(collections: Sequence[Collection]) -> folium.Map:
    """The map of a release, to which more can be added; `get_root().render()` gives its page.

    Raises StoreError if no zoekgebieden or indicatoren are among the collections, or all are empty.
    """
    return page_of(collections, packed_content(collections), ("map_words.js", "area_polygons.js", "map.js"))


def page_of(
    collections: Sequence[Collection],
    content: Packed,
    scripts: Sequence[str],
    files: Mapping[str, str] = MappingProxyType({}),
) -> folium.Map:
    """The map of collections that shows this content, by these scripts of this room.

    `files` are what each collection can be had as beside it: how a file ends, and what its kind is called.

    Raises StoreError if there is nothing to show.
    """
    if not content["pictures"] and not content["searches"]:
        names = ", ".join(collection.id for collection in collections) or message("none")
        raise StoreError(
            "map: nothing to show; needs zoekgebieden_ or indicatoren_ with rows, found {names}", names=names
        )
    release_map = _ReleaseMap()
    if collections[0].epsg == RD_NEW:  # PDOK has no map of another country
        folium.TileLayer(TILES, attr=say("Map data &copy; Kadaster"), max_zoom=CLOSEST_ZOOM, control=False).add_to(
            release_map
        )
    page = _Page(_about(collections, files), content, scripts)
    page.add_child(release_map)
    return release_map


class _ReleaseMap(folium.Map):
    """A folium map without links to elsewhere, which a reader may zoom as a page too (WCAG 1.4.4)."""

    _template = Template("""
        {% macro html(this, kwargs) %}<div id="{{ this.get_name() }}" class="folium-map"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
        showRelease({{ this.get_name() }});
        {% endmacro %}""")

    def __init__(self) -> None:
        super().__init__(tiles=None, prefer_canvas=True, zoom_control=False)
        self.default_js, self.default_css = [], []
        self.options |= {"min_zoom": FURTHEST_ZOOM, "max_zoom": CLOSEST_ZOOM}


class _Page(Figure):
    """The page around the map: title, choices, list of zoekgebieden, caveat."""

    def __init__(self, about: Packed, content: Packed, scripts: Sequence[str]) -> None:
        super().__init__(title=about["title"])
        self.about = about
        self.scripts = [own(script) for script in scripts]
        self.content = _json_in_script(content | about | {"texts": texts(self.scripts)})

    def render(self, **kwargs: object) -> str:
        for child in list(self._children.values()):
            child.render(**kwargs)
        return template("map.html.jinja").render(
            language=language(),
            about=self.about,
            content=self.content,
            styles=[_leaflet_style(), own("map.css")],
            scripts=[_leaflet_script(), *self.scripts],
            header=self.header.render(**kwargs),
            html=self.html.render(**kwargs),
            script=self.script.render(**kwargs),
        )


def _about(collections: Sequence[Collection], files: Mapping[str, str]) -> Packed:
    """What the page says about the map as a whole: the caveat that says most first."""
    filled = [one for one in collections if len(one.table)]
    place = shared(field.against for one in filled for field in one.fields if field.name == SCORE.name)
    return {
        "title": next((one.title for one in filled if one.id.startswith("zoekgebieden_")), filled[0].title),
        "caveats": _caveats(filled),
        "mean": say(mean(place)),
        "elsewhere": say("in the rest of the country")
        if place == NATIONWIDE
        else say("elsewhere where figures are known"),
        "attributions": list(dict.fromkeys(one.attribution for one in filled)),
        "collections": [
            {
                "title": one.title,
                "about": one.description,
                "license": one.license,
                "files": {f"{one.id}{ending}": kind for ending, kind in files.items()},
            }
            for one in filled
        ],
        "dutch": collections[0].epsg == RD_NEW,
        "system": collections[0].epsg,
        "made_up": any(one.table[MADE_UP.name].any() for one in filled if MADE_UP.name in one.table),
    }


def _caveats(filled: Sequence[Collection]) -> dict[str, str]:
    """The caveat of each theme: of several, of its levels, the one that says most."""
    caveats: dict[str, str] = {}
    for one in filled:
        for theme in one.table[THEME.name].unique() if THEME.name in one.table else ():
            caveats[theme] = max(caveats.get(theme, ""), one.caveat, key=len)
    return caveats


def _leaflet_script() -> str:
    """Leaflet without the line that makes a browser look for its source map."""
    return re.sub(r"\n//# sourceMappingURL=.*", "", (LEAFLET / "leaflet.js").read_text(encoding="utf-8"))


def _leaflet_style() -> str:
    style = (LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\((images/[a-z0-9-]+\.png)\)", lambda image: f"url({_inlined(LEAFLET / image[1])})", style)


def _inlined(image: Traversable) -> str:
    return f"data:image/png;base64,{base64.b64encode(image.read_bytes()).decode()}"


def _json_in_script(content: Packed) -> str:
    """JSON that cannot end the script element it stands in, whatever the names in it are."""
    text = orjson.dumps(content, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()  # a message nobody said is an error
    for unsafe, escaped in UNSAFE_IN_SCRIPT.items():
        text = text.replace(unsafe, escaped)  # str.translate looks at each of ten million characters by itself
    return text


def _numbered(page: str) -> str:
    """Folium's random names, numbered in order of appearance."""
    names = list(dict.fromkeys(name[0] for name in RANDOM_NAME.finditer(page)))
    return RANDOM_NAME.sub(lambda name: f"_{names.index(name[0]) + 1}", page)
