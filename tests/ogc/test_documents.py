"""What the service writes out itself is what pygeoapi gives, read and described by pygeoapi's own functions."""

from io import StringIO
from types import SimpleNamespace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygeoapi import api as core
from pygeoapi.api import API, APIRequest
from pygeoapi.util import get_api_rules, yaml_load
from starlette.datastructures import QueryParams

from geo.errors import ServeError
from services.ogc import patches, substitution
from services.ogc.documents import conformance
from services.ogc.edition import Edition
from services.ogc.origin import HomeOrigin
from tests.ogc import servers

# pygeoapi 0.24 declares its own models the way pydantic 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")

NOT_SERVED = ("/processes", "/tiling-schemes", "/job-list")
STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"
OWN = ("enclosure", "describedby", "related", STYLES)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    home, config = servers.a_home(tmp_path_factory.mktemp("home"), 5000)
    origin = HomeOrigin(home)
    return Edition(origin.taken(origin.first()), config.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def by_pygeoapi(edition):
    patches.apply()
    api = API(edition.config, orjson.loads(edition.document))

    def answer(function, *arguments):
        asked = SimpleNamespace(query_params=QueryParams({"f": "json"}), headers={})
        _, status, content = function(api, APIRequest(asked, api.locales), *arguments)
        assert status == 200
        return orjson.loads(orjson.dumps(content) if isinstance(content, dict) else content)

    return answer


@pytest.mark.parametrize("format_", ["json", "html", "jsonld"])
def test_a_page_that_was_made_is_there_at_once_and_no_other(edition, format_):
    given = {"f": format_, "lang": format_}
    assert edition.made("landing", given) is None
    page = edition.page("landing", given)
    assert edition.made("landing", given) is page
    assert edition.made("landing", {"f": "csv"}) is None


def test_the_landing_page_has_the_links_of_pygeoapi_but_those_that_are_not_served(edition, by_pygeoapi):
    theirs = by_pygeoapi(core.landing_page)
    theirs["links"] = [one for one in theirs["links"] if not one["rel"].endswith(NOT_SERVED)]
    ours = edition.documents.landing()
    ours["links"] = [one for one in ours["links"] if one["rel"] not in OWN]
    assert ours == theirs


def test_what_is_declared_is_what_pygeoapi_declares_of_features(edition, by_pygeoapi):
    ours = edition.documents.conformance()["conformsTo"]
    ours = [one for one in ours if "styles" not in one and "json-fg" not in one]
    assert ours == by_pygeoapi(core.conformance)["conformsTo"]


def test_collections_are_described_as_pygeoapi_does_and_have_files_besides(edition, by_pygeoapi):
    ours, theirs = edition.documents.collections(), by_pygeoapi(core.describe_collections)
    for one in ours["collections"]:
        one["links"] = [link for link in one["links"] if link["rel"] not in OWN and "jsonfg" not in link["href"]]
    assert orjson.loads(orjson.dumps(ours)) == theirs | {"links": ours["links"]}
    assert [(one["rel"], one["href"]) for one in ours["links"]] == [
        (one["rel"], one["href"]) for one in theirs["links"]
    ]


def test_one_collection_is_described_as_in_the_list(edition, by_pygeoapi):
    name = next(iter(edition.collections))
    ours = edition.documents.collection(name)
    ours["links"] = [link for link in ours["links"] if link["rel"] not in OWN and "jsonfg" not in link["href"]]
    assert orjson.loads(orjson.dumps(ours)) == by_pygeoapi(core.describe_collections, name)


@given(
    value=st.text("abAB0179._-: /${}", max_size=12).filter(lambda text: "${" not in text),
    default=st.text("abAB019._-:/ ", max_size=8),
    before=st.text("abc:/. ", max_size=4).filter(lambda text: ": " not in text.strip(": ")),  # else it is no YAML
)
def test_a_configuration_is_read_as_pygeoapi_reads_it(value, default, before):
    text = orjson.dumps({"a": f"{before}${{ZICHT_TEST:-{default}}}/kaart", "b": f"{before}${{ZICHT_TEST}}"}).decode()
    plain = f"url: {before.strip(': ')}${{ZICHT_TEST:-{default.strip(': ') or 5}}}\nlist: [1, yes, 2.5]\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZICHT_TEST", value)
        for one in (text, plain):
            assert substitution.loaded(one, {}) == yaml_load(StringIO(one))
        patch.delenv("ZICHT_TEST")
        assert substitution.loaded(plain, {}) == yaml_load(StringIO(plain))
        assert substitution.loaded(plain, {"ZICHT_TEST": "x"})["url"].endswith("x")


def test_a_variable_without_a_value_is_named():
    with pytest.raises(ServeError, match="NERGENS"):
        substitution.loaded("url: ${NERGENS}", {})


def test_the_api_stands_where_pygeoapi_puts_it(edition):
    assert edition.prefix == "/" + get_api_rules(edition.config).get_url_prefix()


def test_no_class_is_declared_twice():
    declared = [*conformance.CLASSES, *conformance.STYLES, *conformance.JSON_FG, *conformance.TILES]
    assert len(declared) == len(set(declared))
