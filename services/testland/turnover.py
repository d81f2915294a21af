"""Turnover of Testland's branches: per buurt the sum, how many firms have it, and what the largest two have.

Firms of a branch differ as lognormal values do, around what is usual in it; in the planted place they have `TIMES` as
much each. They had that a year earlier too, but for the place: there it was what is usual, so that it grew.
"""

import numpy as np
import pandas as pd

from services.testland.land import Floats, Ints

USUAL = {"horeca": 260_000, "autohandel": 900_000, "verzorging": 75_000}
"""The median turnover of a firm in a year, in euros."""
SPREAD, TIMES = 0.7, 3.0
GROWTH, UNEVEN_GROWTH = 1.04, 0.15
"""What became of the turnover of a firm in a year, outside the planted place, and how much firms differ in it."""


def with_turnover(topics: pd.DataFrame, place: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """The topics with omzet_, zaken_, grootste_ and tweede_ of each branch beside them, and of a year earlier; 0 where
    there is no firm.
    """
    drawn: dict[str, tuple[Floats, Ints]] = {}
    columns: dict[str, Floats] = {}
    for branch, usual in USUAL.items():
        firms = topics[f"vestigingen_{branch}"].to_numpy()
        level = np.full(len(topics), float(usual))
        level[place] *= TIMES
        drawn[branch] = np.rint(np.repeat(level, firms) * rng.lognormal(0, SPREAD, firms.sum())), firms
        columns |= _of_branch(branch, *drawn[branch])
    grew = np.full(len(topics), GROWTH)
    grew[place] *= TIMES
    for branch, (now, firms) in drawn.items():  # after all of now, which then stays as it was
        before = np.rint(now / (np.repeat(grew, firms) * rng.lognormal(0, UNEVEN_GROWTH, firms.sum())))
        columns |= {f"{name}_eerder": column for name, column in _of_branch(branch, before, firms).items()}
    return topics.assign(**columns)


def _of_branch(branch: str, drawn: Floats, firms: Ints) -> dict[str, Floats]:
    ends = np.cumsum(firms)
    largest_first = [np.sort(one)[::-1] for one in np.split(drawn, ends[:-1])]
    names = ("omzet", "zaken", "grootste", "tweede")
    table = [(one.sum(), len(one), *one[:2], *[0.0] * max(2 - len(one), 0)) for one in largest_first]
    return {f"{name}_{branch}": column for name, column in zip(names, np.array(table, dtype=float).T, strict=True)}
