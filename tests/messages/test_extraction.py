"""Messages of scripts and templates are found by reading them, as those of Python are."""

import re

import pytest

from services.pages.script_texts import messages_in, texts
from tests.messages.extraction import ROOT, found

SCRIPT = r"""
const say = (template, values = {}) => template;
function plural(one, many, values) { return one; }
say("Layers");
say("{area} in {place}", {area: say("an area"), place: `${say("a place")}`});
plural("1 area", "{count} areas", {count}); // essay("no"), display("no")
say("a \"quoted\" \u00e9");
"""


def test_every_message_of_a_script_is_found_also_within_another():
    assert list(messages_in(SCRIPT)) == [
        (4, "Layers", None),
        (5, "{area} in {place}", None),
        (5, "an area", None),
        (5, "a place", None),
        (6, "1 area", "{count} areas"),
        (7, 'a "quoted" é', None),
    ]


@pytest.mark.parametrize("call", ["say(title)", "say(`${count} areas`, 3)", "say('single')", 'plural("1 area", many)'])
def test_a_message_that_is_put_together_is_refused(call):
    with pytest.raises(ValueError, match="no template to the letter on line 2"):
        list(messages_in(f'say("fine");\n{call};'))


def test_texts_come_with_nothing_filled_in():
    assert texts(['say("nowhere {translated}"); plural("1 {kind}", "{count} {kind}s", {count})']) == {
        "nowhere {translated}": "nowhere {translated}",
        "1 {kind}": ["1 {kind}", "{count} {kind}s"],
    }


def test_the_messages_of_the_map_are_among_all_messages():
    templates = {one.template: one.plural for one in found()}
    assert templates["Colour the areas by"] is None  # map.js
    assert templates["1 zoekgebied"] == "{count} zoekgebieden"  # map_words.js
    assert templates["%(title)s (Testland: made up)"] is None  # map.html.jinja


def test_the_template_of_the_map_holds_no_text_of_its_own():
    page = (ROOT / "services" / "pages" / "map.html.jinja").read_text(encoding="utf-8")
    assert not re.search(r'(?:aria-label|placeholder|title|alt)="(?!{{)', page)
    page = re.sub(r"{% trans .*?{% endtrans %}", "", page, flags=re.DOTALL)
    page = re.sub(r"{[{%].*?[%}]}", "", page, flags=re.DOTALL)
    page = re.sub(r"<[^>]*>", "", page)
    assert page.split() == []
