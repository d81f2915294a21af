"""What is nested in text is opened and searched as columns are, or refused."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from services.persons import nested
from services.persons.scan import PersonScan

NAMES = ["J. de Vries", "P. Jansen", "A. van den Berg", "K. Bakker", "M. Visser"]
PEOPLE = [{"naam": NAMES[at % 5], "geboortedatum": f"19{50 + at % 45}-01-{at % 28 + 1:02}"} for at in range(60)]
WRITTEN = {
    "json": json.dumps, "of python": repr, "deep": lambda one: json.dumps({"a": [{"b": one}]}),
    "json in json": lambda one: json.dumps({"bijlage": json.dumps(one)}),
    "text in text": lambda one: json.dumps(json.dumps(one)),
    "text in text, of python": lambda one: repr(json.dumps(json.dumps(one))),
    "twice so": lambda one: json.dumps([json.dumps(json.dumps(one))]),
    "text in text in text": lambda one: json.dumps(json.dumps(json.dumps(one))),
    "names and values": lambda one: json.dumps([{"name": key, "value": value} for key, value in one.items()]),
    "velden": lambda one: json.dumps({"velden": [{"Veld": key, "Waarde": value} for key, value in one.items()]}),
    "kml": lambda one: "<E>" + "".join(f'<Data name="{k}"><value>{v}</value></Data>' for k, v in one.items()) + "</E>",
    "a list": lambda one: json.dumps([one, one]),
    "xml": lambda one: "<p>" + "".join(f"<{key}>{value}</{key}>" for key, value in one.items()) + "</p>",
    "attributes": lambda one: "<p " + " ".join(f'{key}="{value}"' for key, value in one.items()) + "/>",
    "hstore": lambda one: ", ".join(f'"{key}"=>"{value}"' for key, value in one.items()),
    "pairs": lambda one: "; ".join(f"{key}: {value}" for key, value in one.items()),
    "query": lambda one: "&".join(f"{key}={value}" for key, value in one.items()),
    "cut off": lambda one: json.dumps({**one, "meer": "x" * 400})[:254],
}  # fmt: skip


def search(cells, name="bijlage"):
    scan = PersonScan("rijen", [name], [name])
    scan.search(pa.record_batch({name: pa.array(cells, pa.string())}))
    scan.check()


@pytest.mark.parametrize("how", WRITTEN)
@pytest.mark.parametrize("part", ["naam", "geboortedatum"])
def test_persons_nested_in_text_are_refused_and_the_part_is_named(how, part):
    with pytest.raises(SourceError, match=rf"'bijlage\.{part}' \("):
        search([WRITTEN[how]({part: one[part]}) for one in PEOPLE])


WRAPS = {
    "object": lambda one: {"a": one}, "list": lambda one: [1, one], "text": json.dumps,
    "beside": lambda one: {"n": None, "b": one, "c": "x"}, "value": lambda one: {"naam": "bijlage", "waarde": one},
}  # fmt: skip


@given(st.lists(st.sampled_from(sorted(WRAPS)), max_size=9), st.sampled_from([json.dumps, repr]))
def test_however_persons_are_nested_they_are_refused(wraps, write):
    def cell(one):
        for wrap in wraps:
            one = WRAPS[wrap](one)
        return write(one)

    with pytest.raises(SourceError, match="geboortedatum"):
        search([cell({"geboortedatum": one["geboortedatum"]}) for one in PEOPLE])


def test_a_bsn_nested_in_text_is_found_whatever_its_part_is_called():
    with pytest.raises(SourceError, match=r"'bijlage\.kenmerk' .*elfproef"):
        search([json.dumps({"kenmerk": number}) for number in ("123456782", "111222333", "000000012", "999990019")])


@pytest.mark.parametrize(
    "cells",
    [
        [json.dumps({"soort": "hennep", "aantal": at}) for at in range(60)],
        ["Melding: overlast, locatie: Dorpsstraat 3"] * 60,
        ["(onbekend)", '"[nieuw] lawaai"', '"tekst"'] * 20,
        [json.dumps([{"name": "kleur", "value": "rood"}, {"key": 1, "value": at}]) for at in range(60)],
        ["[1] kapot", "<5", "{}", "a=b"] * 20,
        ["12:30", "https://example.org/a?b=c"] * 30,
    ],
)
def test_what_is_nested_without_persons_comes_in(cells):
    search(cells)


@pytest.mark.parametrize("deep", [25, 500])
def test_what_is_nested_too_deep_to_be_searched_is_refused(deep):
    with pytest.raises(SourceError, match="nested text that cannot be opened"):
        search(['{"a":' * deep + json.dumps({"gezien": f"19{50 + at % 45}-01-02"}) + "}" * deep for at in range(60)])


def test_nested_text_that_cannot_be_opened_is_refused():
    with pytest.raises(SourceError, match="nested text that cannot be opened"):
        search(["{'': x: }", "{broken = }"] * 30)


def test_parts_are_given_by_their_nearest_name():
    found, unsearchable = nested.parts(pa.array(['{"a": {"b": [1, {"c": "x"}]}}', "geen"]))
    assert (found, unsearchable) == ({"b": ["1"], "c": ["x"]}, 0)
    assert nested.is_structured(pa.array(["{}", "[1]", "x"]))
    assert not nested.is_structured(pa.array(["x"]))
