"""Areas on the map of several themes: as many as the layers say, what is expected beside it, unknown left out."""

from dataclasses import replace

import pytest

from geo.areas import AreaLevel
from layers.messages import say
from layers.publication.collection import names
from layers.publication.collections import collections
from layers.publication.stacking import FIELDS, stackable, stacking_of
from tests.layers.declared import board, built, catalog, counts, layer

COUNTS = counts(board()[2])


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    known = catalog(tmp_path_factory.mktemp("declared"))
    return layer(known, built(known, COUNTS))


def themed(one, id_, *, period=2024, standing=None, **changed):
    """The same layer as one of another theme; `standing` are positions of areas that are then on its map."""
    theme = one.theme.model_copy(update={"id": id_, "title": f"Zicht op {id_}"})
    table = one.table.assign(periode=period)
    if standing is not None:
        table = table.assign(kansrijk=[at in standing for at in range(len(table))], reden=None)
    return replace(one, theme=theme, table=table, key=replace(one.key, theme=id_, period=period, **changed))


@pytest.fixture
def layers(first):
    return [themed(first, "een", standing={0, 1, 2, 3}), themed(first, "twee", standing={2, 3, 4}),
            themed(first, "drie", standing={3})]  # fmt: skip


def test_areas_on_two_maps_or_more_have_a_row_with_those_themes_and_what_was_to_be_expected(layers):
    table, whole = stacking_of(layers)
    codes = layers[0].table["gebiedscode"]
    assert table["gebiedscode"].tolist() == codes[[2, 3]].tolist()
    assert table["aantal_themas"].tolist() == [2, 3]
    assert table["themas"].tolist() == ["een,twee", "een,twee,drie"]
    assert table["themas_getoetst"].tolist() == [3, 3]
    assert table["themas_verwacht"].tolist() == pytest.approx([(4 + 3 + 1) / 144] * 2, abs=0.001)
    assert table["kans_op_stapeling"].iloc[1] == pytest.approx(4 * 3 * 1 / 144**3, abs=1e-6)
    one, two, three = 4 / 144, 3 / 144, 1 / 144
    pairs = one * two + one * three + two * three - 2 * one * two * three
    assert "Gebieden die van 3 thema's op twee of meer kaarten tegelijk staan: 2 buurten" in say(whole)
    assert f"naar verwachting {144 * pairs:.1f}".replace(".", ",") in say(whole)
    assert (
        table["toelichting"]
        .iloc[0]
        .startswith(
            "Dit gebied staat op de kaart van 2 van de 3 thema's die hier zijn getoetst: Zicht op een; Zicht op twee."
        )
    )


def test_a_theme_in_which_an_area_was_not_tested_takes_no_part_there(layers):
    table = layers[1].table.assign(reden=["niet getoetst" if at == 3 else None for at in range(144)])
    made, _ = stacking_of([layers[0], replace(layers[1], table=table), layers[2]])
    assert made.set_index("gebiedscode").loc[layers[0].table["gebiedscode"][3], "themas_getoetst"] == 2
    assert made["themas"].tolist() == ["een,twee", "een,drie"]


def test_themes_that_read_the_same_figures_are_named(layers):
    _, whole = stacking_of(layers[:2])
    assert "'Zicht op een' en 'Zicht op twee' gebruiken voor een deel dezelfde cijfers" in say(whole)


def test_the_newest_period_of_each_theme_stacks_and_no_lens(first):
    old, new = (themed(first, "een", period=one) for one in (2023, 2024))
    lens, other = themed(first, "twee", lens="nabij"), themed(first, "drie")
    assert stackable([old, new, lens, other]) == [new, other]


def test_one_theme_or_two_parts_of_the_country_do_not_stack(first):
    assert stackable([]) == []
    assert stackable([themed(first, "een"), themed(first, "een", lens="nabij")]) == []
    assert stackable([themed(first, "een"), themed(first, "twee", gemeente="GM0001")]) == []


def test_themes_of_another_vintage_do_not_stack(first):
    older = themed(first, "drie")
    older = replace(older, provenance=replace(older.provenance, vintage=2015))
    one, two = themed(first, "een"), themed(first, "twee")
    assert stackable([older, one, two]) == [one, two]


def test_stacking_is_a_collection_of_a_level_where_several_themes_have_it(layers):
    published = {one.id: one for one in collections(layers)}
    one = published["stapeling_buurt"]
    assert names(one.fields) == names(FIELDS)
    assert one.title == "Stapeling van thema's: buurten (Testland)"
    assert one.keywords[1:4] == ("een", "twee", "drie")
    assert "stapeling_buurt" not in {one.id for one in collections(layers[:1])}
    wijk = replace(layers[1], key=replace(layers[1].key, level=AreaLevel.WIJK))
    assert not any(one.id.startswith("stapeling") for one in collections([layers[0], wijk]))


def test_where_nothing_stacks_the_collection_is_there_and_empty_and_says_so(first):
    apart = [themed(first, "een", standing={0}), themed(first, "twee", standing={1})]
    one = {one.id: one for one in collections(apart)}["stapeling_buurt"]
    assert len(one.table) == 0
    assert "tegelijk staan: 0 buurten" in one.description
