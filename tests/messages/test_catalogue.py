"""Everything that a person reads is in the catalogue, in Dutch, and nothing else is."""

import re
import string

import pytest

from geo.messages import joined, message, plural
from layers.messages import LANGUAGES, catalogue, number, say, speaking
from tests.messages.extraction import ROOT, found, sources, unextractable

DUTCH = catalogue("nl")
SAID = {one.template: one for one in found()}


def _names(template):
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return names | set(re.findall(r"%\((\w+)\)s", template))  # of templates of pages


def test_no_message_is_without_its_dutch():
    missing = [one for one in SAID if (entry := DUTCH.get(one)) is None or not entry.string]
    assert not missing, f"run `make messages` and translate: {missing[:5]}"


def test_no_dutch_is_of_a_message_that_is_not_said():
    known = {one.id if isinstance(one.id, str) else one.id[0] for one in DUTCH if one.id}
    assert not known - SAID.keys()


def test_no_translation_is_cut_off():
    short = [
        template
        for template in SAID
        if (entry := DUTCH.get(template)) is not None
        for text in (entry.string if isinstance(entry.string, tuple) else (entry.string,))
        if len(text) < len(template) / 5
    ]
    assert not short


def test_a_translation_fills_in_just_what_its_message_does():
    for template, one in SAID.items():
        if not re.search(r"{|%\(", template) or template.startswith(("zicht", "{%")):
            continue
        entry = DUTCH.get(template)
        texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wanted = _names(one.plural or template) | {"count"}
        for text in texts:
            assert _names(text) <= wanted, template
            assert _names(template) - {"count"} <= _names(text) | {"count"}, template


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_message_can_be_found_by_reading_the_code(file):
    assert not list(unextractable(file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix()))


def test_messages_within_messages_are_said_in_the_same_language():
    told = message(
        "{where}: {what}",
        where="hier",
        what=message("unknown {kind} {name!r}; known: {known}", kind="x", name="y", known="z"),
    )
    assert str(told) == "hier: unknown x 'y'; known: z"
    assert say(told) != str(told)
    with speaking("en"):
        assert say(told) == str(told)


def test_a_template_without_values_is_taken_to_the_letter():
    assert str(message("{0} of {")) == "{0} of {"
    assert str(joined("; ", ["a {b}", message("{c}", c=1)])) == "a {b}; 1"


def test_one_and_several_and_none():
    told = [str(plural("1 area of {whole}", "{count} areas of {whole}", count=count, whole=9)) for count in (0, 1, 2)]
    assert told == ["0 areas of 9", "1 area of 9", "2 areas of 9"]


@pytest.mark.parametrize(("language", "text"), [("nl", "-12.345,7 en 3.000"), ("en", "-12,345.7 en 3,000")])
def test_numbers_are_written_as_the_language_does(language, text):
    with speaking(language):
        assert say("{one:,.1f} en {other:,}", one=-12345.67, other=3000) == text
        assert number(-12345.67) == text.split()[0]


def test_a_year_is_no_number_to_be_grouped():
    assert say("{year}", year=2024) == "2024"


def test_languages_are_those_of_the_catalogue():
    assert LANGUAGES == ("nl", "en")
