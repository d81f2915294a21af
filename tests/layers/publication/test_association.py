"""Where one theme is high among another: found where it was put, not tested of few, and said with what it is not."""

from dataclasses import replace

import numpy as np
import pytest

from layers.messages import say
from layers.publication.association import FIELDS, association_of
from layers.publication.collection import names
from layers.publication.collections import collections
from tests.country import buurtcode
from tests.layers.declared import SIDE, board, built, catalog, counts, layer

MIDDLE = buurtcode(5, 5, SIDE)
AROUND = [buurtcode(5 + right, 5 + up, SIDE) for right in (-1, 0, 1) for up in (-1, 0, 1) if (right, up) != (0, 0)]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    known = catalog(tmp_path_factory.mktemp("declared"))
    return layer(known, built(known, counts(board()[2])))


def scored(one, id_, *, high, seed, noise=0.3):
    """The same layer as one of another theme, with noise for scores, and 6 in the areas that are `high`."""
    theme = one.theme.model_copy(update={"id": id_, "title": f"Zicht op {id_}"})
    scores = np.random.default_rng(seed).normal(0, noise, len(one.table))
    table = one.table.assign(score=np.where(one.table["gebiedscode"].isin(high), 6.0, scores))
    return replace(one, theme=theme, table=table, key=replace(one.key, theme=id_))


@pytest.fixture
def layers(first):
    return [scored(first, "een", high=[MIDDLE], seed=1), scored(first, "twee", high=AROUND, seed=2)]


def test_the_area_that_is_high_amid_another_theme_has_a_row_and_not_where_both_are_apart(layers):
    table, whole = association_of(layers)
    among = table[(table["thema_hoog"] == "een") & (table["thema_eromheen"] == "twee")]
    assert among["gebiedscode"].to_list() == [MIDDLE]
    assert (table["q_samenhang"] <= 0.05).all()
    assert "'Zicht op een' tussen 'Zicht op twee': 1." in say(whole)
    assert "Dat zegt niet dat het een tot het ander leidt" in among["toelichting"].iloc[0]
    assert "is niet getoetst" in say(whole)


def test_noise_beside_noise_has_hardly_a_row(first):
    def noise(name, seed):
        return scored(first, name, high=[], seed=seed, noise=1.0)

    made = [association_of([noise("een", one), noise("twee", one + 99)]) for one in range(20)]
    assert sum(len(one) > 0 for one, _ in made) <= 4  # two tests in each, at a level of .05


@pytest.mark.parametrize(("score", "rows"), [(0.99, 0), (1.0, 1)])
def test_high_is_a_standard_deviation_above_the_country_and_not_just_above_the_mean(layers, score, rows):
    lower = layers[0].table.assign(score=layers[0].table["score"].replace(6.0, score).clip(upper=score))
    lower.loc[lower["gebiedscode"] != MIDDLE, "score"] = lower["score"].clip(upper=0.9)
    table, _ = association_of([replace(layers[0], table=lower), layers[1]])
    assert (table["thema_hoog"] == "een").sum() == rows


def test_of_fewer_than_a_hundred_areas_with_both_scores_nothing_is_said(layers):
    few = [replace(one, table=one.table.assign(score=one.table["score"].where(one.table.index < 99))) for one in layers]
    table, whole = association_of(few)
    assert len(table) == 0
    assert "te weinig gebieden" in say(whole)
    flat = [replace(one, table=one.table.assign(score=1.0)) for one in layers]
    assert len(association_of(flat)[0]) == 0


def test_scores_that_are_estimated_from_other_areas_are_not_tested_and_that_is_said(layers):
    estimated = [replace(one, table=one.table.assign(reden="geschat")) for one in layers]
    for some in ([estimated[0], layers[1]], [layers[0], estimated[1]]):
        table, whole = association_of(some)
        assert len(table) == 0
        assert "Scores die uit andere gebieden zijn geschat, zijn niet getoetst." in say(whole)
    assert "geschat" not in say(association_of(layers)[1])


def test_it_is_a_collection_where_several_themes_have_a_level(layers):
    published = {one.id: one for one in collections(layers)}
    assert names(published["samenhang_buurt"].fields) == names(FIELDS)
    assert published["samenhang_buurt"].table["id"].is_unique
    assert "samenhang_buurt" not in {one.id for one in collections(layers[:1])}
