"""Cells of a table are those that a template writes one by one, in the words of the language."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from layers.messages import speaking
from layers.publication.fields import Field
from services.ogc.site import cells

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def field(name, type_="string", **more):
    return Field(name, name, type_, name, **more)


@given(st.lists(TEXTS | st.sampled_from(["<b>", "</td><td>", "'\"&", "\x1f", ""]), max_size=6))
def test_a_row_is_what_escaping_each_of_its_cells_gives(texts):
    fields = [field(f"f{at}") for at in range(len(texts))]
    ((first, others),) = cells.rows(fields, [{f"f{at}": text for at, text in enumerate(texts)}])
    assert first == (texts[0] if texts else None)
    assert others == ("".join(f"<td>{escape(one)}</td>" for one in texts[1:]) or None)


def test_a_text_with_the_character_between_cells_makes_no_cell_more():
    fields = [field("naam"), field("gemeente"), field("score", "number")]
    with speaking("nl"):
        ((_, others),) = cells.rows(fields, [{"naam": "a", "gemeente": "b\0<i>9", "score": 1}])
    assert others == "<td>b\ufffd&lt;i&gt;9</td><td>1,000</td>"


def test_values_are_in_the_words_and_figures_of_the_language():
    columns = [
        (field("naam"), "a", "a", "a"),
        (field("score", "number"), -0.0004, "0,000", "0.000"),
        (field("per_km2", "number"), 12345.678, "12.345,7", "12,345.7"),
        (field("rang", "number"), 3, "3,000", "3.000"),
        (field("jaar", "integer"), 2024, "2024", "2024"),
        (field("kansrijk", "boolean"), True, "ja", "yes"),
        (field("fictief", "boolean"), False, "nee", "no"),
        (field("q", "number"), None, "niet bekend", "not known"),
        (field("rol", codes={"kern": "Kern <"}), "kern", "Kern &lt;", "Kern &lt;"),
        (field("rol_2", codes={"kern": "Kern"}), "rand", "rand", "rand"),
    ]
    fields, values = [one[0] for one in columns], {one[0].name: one[1] for one in columns}
    for language, at in (("nl", 2), ("en", 3)):
        with speaking(language):
            ((_, others),) = cells.rows(fields, [values])
        assert re.findall("<td>(.*?)</td>", str(others)) == [one[at] for one in columns[1:]]
