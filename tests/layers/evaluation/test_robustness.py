"""How firm a zoekgebied is: counted as by hand, and unknown is not fallen."""

import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from boundaries.crosswalk import Crosswalk, Method
from layers.evaluation.robust_words import how_firm
from layers.evaluation.robustness import Firmness, Run, firmness, of_areas
from layers.messages import speaking

CODES = "abcdefgh"
subsets = st.frozensets(st.sampled_from(CODES))
runs = st.lists(st.tuples(subsets, subsets).map(lambda pair: Run(pair[0] & pair[1], pair[1])), max_size=6)


@given(areas=st.sets(st.sampled_from(CODES), min_size=1), runs=runs)
def test_a_zoekgebied_stands_where_half_of_what_was_searched_of_it_is_on_the_map(areas: set[str], runs: list[Run]):
    table = pd.DataFrame({at: {code: code in one.found for code in CODES} for at, one in enumerate(runs)})
    seen = pd.DataFrame({at: {code: code in one.searched for code in CODES} for at, one in enumerate(runs)})
    rows = sorted(areas)
    says = [at for at in table if seen.loc[rows, at].sum() >= 0.5 * len(rows)]
    stands = [at for at in says if table.loc[rows, at][seen.loc[rows, at]].mean() >= 0.5]
    made = firmness(rows, runs)
    assert (made.stands, made.runs) == (len(stands), len(says))
    assert list(made.falls) == [at for at in says if at not in stands]


def test_a_search_that_could_not_look_there_does_not_count_as_one_in_which_it_fell():
    elsewhere, there = Run(frozenset("z"), frozenset("z")), Run(frozenset("ab"), frozenset("abc"))
    assert firmness(["a", "b", "c"], [elsewhere, there]) == Firmness(1, 1, ())
    assert firmness(["a", "b", "c"], [elsewhere]).runs == 0
    assert math.isnan(firmness(["a", "b", "c"], [elsewhere]).share)


def test_an_area_is_on_the_map_of_others_where_at_least_half_of_it_is():
    ours, others = pd.Index(["a", "b", "c", "d"]), pd.Index(["x", "y", "z"])
    shares = pd.DataFrame(
        [("a", "x", 1.0), ("b", "x", 0.5), ("b", "y", 0.5), ("c", "x", 0.4), ("c", "y", 0.6), ("d", "z", 1.0)],
        columns=["source", "target", "share"],
    ).assign(method=Method.SURFACE)
    run = of_areas(pd.Index(["x"]), pd.Index(["x", "y"]), Crosswalk.of_codes(ours, others, shares))
    assert run == Run(frozenset("ab"), frozenset("abc"))


def test_it_is_said_in_how_many_searches_it_stands_and_by_which_it_falls():
    titles = ["zonder huur", "per wijk", "in 2023", "met andere buren"]
    assert how_firm(Firmness(4, 4, ()), titles) == (
        "Er is nog op 4 andere manieren gezocht. Dan staat het elke keer op de kaart."
    )
    assert how_firm(Firmness(1, 2, (0,)), titles) == (
        "Er is nog op 2 andere manieren gezocht. Dan staat het 1 keer op de kaart. Het staat er niet op zonder huur."
    )
    assert how_firm(Firmness(0, 4, (0, 1, 2, 3)), titles) == (
        "Er is nog op 4 andere manieren gezocht. Dan staat het geen enkele keer op de kaart. Het staat er niet op "
        "zonder huur; per wijk; in 2023; en op nog 1 manier niet. Of dit gebied opvalt, hangt dus af van hoe er wordt "
        "gezocht."
    )
    assert how_firm(Firmness(0, 0, ()), titles) is None
    with speaking("en"):
        assert how_firm(Firmness(1, 1, ()), titles) == "Searched in 1 other way, it is on the map every time."
