"""One extreme value takes nothing from the p of other areas, by whatever statistic; what was drawn is said."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from geo.neighbors import rings
from geo.statistics.by_name import STATISTICS
from geo.statistics.exact import Tail, in_doubt
from geo.statistics.getis_ord_total import TOTAL
from geo.statistics.result import LocalResult
from tests.country import grid

BOARD = grid(12, 12)
COUNTS = pd.Series(np.random.default_rng(1).poisson(20, 144).astype(float), index=BOARD.ids)
FAR = 70
AROUND = {
    "getis_ord": (BOARD,),
    "getis_ord_i": (BOARD,),
    "getis_ord_total": (BOARD,),
    "getis_ord_rings": (rings(BOARD, 2), [2, 1]),
}


def chances(name: str, values: pd.Series) -> LocalResult:
    return STATISTICS[name].test(values, *AROUND[name], alternative="greater")


def away() -> list[int]:
    """The areas more than two steps from the extreme value."""
    row, column = divmod(FAR, 12)
    return [at for at in range(144) if max(abs(at // 12 - row), abs(at % 12 - column)) > 2]


@pytest.mark.parametrize("name", AROUND)
@pytest.mark.parametrize("extreme", [1e7, 12_345_678.9])
def test_an_extreme_value_leaves_the_order_of_other_areas(name, extreme):
    values = COUNTS.copy()
    values.iloc[FAR] = extreme
    with_it, without = chances(name, values), chances(name, COUNTS)
    assert without.how.drawn == 0
    told = without.p.iloc[away()] < 1
    assert np.corrcoef(with_it.p.iloc[away()][told], without.p.iloc[away()][told])[0, 1] > 0.9


def test_beside_an_extreme_value_p_of_all_values_drawn_is_hypergeometric():
    """One value of ten million among zeros is among k of 144 in k of 144 draws; two rings are tried."""
    values = pd.Series(0.0, index=BOARD.ids)
    values.iloc[FAR] = 1e7
    result = chances("getis_ord_total", values)
    touching = BOARD.ids[BOARD.matrix[[FAR]].toarray()[0] > 0]
    k = pd.Series(BOARD.count + 1, index=BOARD.ids)[touching]
    assert result.p[touching].to_numpy() == pytest.approx(2 * hypergeom.sf(0, 144, 1, k))


@pytest.mark.parametrize("name", ["getis_ord_total", "getis_ord_rings"])
def test_of_how_many_areas_p_was_drawn_is_said(name):
    values = COUNTS.copy()
    values.iloc[FAR] = 1e7
    how = chances(name, values).how
    assert how.drawn > 100
    assert f"of {how.drawn} areas where that left p too uncertain, 9999 draws, seed 1" in str(how)


def test_a_bracket_is_in_doubt_where_it_is_wide_and_matters():
    upper, lower = np.array([0.05, 0.05, 1e-9]), np.array([0.049, 0.01, 1e-12])
    assert in_doubt(upper, lower, 100, np.array([5, 5, 5])).tolist() == [False, True, False]


def test_a_tail_says_over_which_null_it_is():
    exact_one = Tail(np.array([0.1]), np.array([0.1]), True)
    assert exact_one.how_over(TOTAL).over is TOTAL
    drawn = Tail(np.array([0.1]), np.array([0.1]), False, np.array([True]), 999)
    assert (drawn.how_over(TOTAL).kind, drawn.how_over(TOTAL).drawn) == ("certified", 1)
