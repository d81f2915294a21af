"""What every engine of the registry does, whoever does the work: a line there is enough to be held to it."""

import pytest

from geo.errors import SourceError
from geo.messages import message
from services.ports import Engine, Part
from services.registry import ENGINES, adapter
from tests.contracts import work
from tests.services.engines.cluster import cluster

__all__ = ["cluster"]

HOW = {"local": ["1", "2"], "spark": ["cluster"]}
"""How each is started; a new engine needs a line here."""


@pytest.fixture(params=[(name, how) for name, ways in HOW.items() for how in ways], ids=":".join, scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    name, how = request.param
    given = request.getfixturevalue("cluster").master if how == "cluster" else int(how)
    return adapter(message("engine"), ENGINES, name)(given)


def parts(count: int) -> list[Part]:
    return [Part(number, f"deel-{number}.csv", 10 * number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_what_comes_back_is_in_the_order_of_the_parts_whoever_is_ready_first(engine, count):
    assert list(engine.tally(work.unevenly, parts(count))) == list(range(count))
    assert list(engine.tally(work.named, parts(count))) == [(one.number, one.where, one.before) for one in parts(count)]


def test_parts_are_taken_when_they_can_be_handed_out_and_not_all_before(engine):
    taken = []

    def counted():
        for one in parts(40):
            taken.append(one.number)
            yield one

    states = engine.tally(work.named, counted())
    next(states)
    assert len(taken) < 40
    assert len(list(states)) == 39


def test_of_parts_that_are_refused_the_first_is_named(engine):
    with pytest.raises(SourceError, match=r"deel-3\.csv: is broken$"):
        list(engine.tally(work.refusing, parts(7)))


def test_each_part_of_a_map_has_a_seed_of_its_own_that_depends_on_its_place_only(engine):
    made = list(engine.map(work.drawn, ["a", "b", "a"], seed=7))
    assert [one for one, _ in made] == ["a", "b", "a"]
    assert len({drawn for _, drawn in made}) == 3
    assert list(engine.map(work.drawn, ["a", "b"], seed=7)) == made[:2]
    assert list(engine.map(work.drawn, ["a", "b"], seed=8)) != made[:2]


def test_every_engine_maps_to_the_same(engine):
    local = adapter(message("engine"), ENGINES, "local")()
    assert list(engine.map(work.drawn, "zicht", seed=1)) == list(local.map(work.drawn, "zicht", seed=1))


def test_every_engine_of_the_registry_is_tried():
    assert HOW.keys() == ENGINES.keys()
