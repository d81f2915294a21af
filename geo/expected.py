"""Expected: how many events there were to be in an area, given what is there.

Crimes are counted where people are, and inhabitants where they sleep: over inhabitants, every city centre is high. So
events are set against a negative binomial regression on terms that say what stands in an area and how near things are.
The logarithm of the mean is linear in the terms, each as it is or as its logarithm, with its square where that is asked
for. Inhabitants are a term like another: of twice as many come fewer than twice the events.

An area beyond `LIMIT` standard deviations does not steer the fit: what stands out may not teach that it was to be
expected. Mean and shape are fitted to the others, again until these stay the same.

An area of which a term is not known is expected to have what the terms say that are known everywhere. A term that is
not known in more than a tenth of the areas, or in none of those of a gemeente, is left out: of these the map would be
another one. So are terms that do not differ, or that follow from those before them.

Rejected: a term for what is missing, which takes unknown for a value; inhabitants as an offset (of twice as many twice
the events), over which every centre is high again.

Sources: J.F. Lawless (1987), Negative binomial and mixed Poisson regression, Canadian Journal of Statistics 15(3),
209-225, doi:10.2307/3314912; P. McCullagh and J.A. Nelder (1989), Generalized Linear Models, on iterated weighted least
squares; on offsets for crime, M.A. Andresen (2006), Crime measures and the spatial analysis of criminal activity,
British Journal of Criminology 46(2), 258-285, doi:10.1093/bjc/azi054.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.alignment import check_aligned
from geo.errors import MeasureError
from geo.measures import Measure
from geo.rates import gamma_shape
from geo.residuals import quantiles
from geo.variation import differs

LIMIT = 3.0
"""Standard deviations beyond which an area does not steer the fit."""
NEAR = 2.0
"""Deviance residual up to which no quantile residual is beyond `LIMIT`."""
ROUNDS, STEPS = 20, 100
"""Most times that the model is fitted to other areas, and most steps of one fit."""
SETTLED, ALIKE = 1e-8, 1e-4
"""Change of every coefficient, and of the logarithm of the shape, at which a fit has settled."""
QUARTILES = (0.25, 0.75)
LEAST_KNOWN = 0.9
"""Share of areas in which a term must be known."""
INDEPENDENT = 1e-3
"""Share of the spread of a term that must not follow from those before it, as standard deviations."""
AREAS_PER_COLUMN = 10
"""Fewest areas for each coefficient."""
STEEPEST = 30.0
"""Most that the logarithm of an expected number may be, either way."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class LeftOut(StrEnum):
    """Why a term is not in a fit."""

    MISSING = "missing"
    IN_GEMEENTEN = "in_gemeenten"
    CONSTANT = "constant"
    COLLINEAR = "collinear"


@dataclass(frozen=True, slots=True)
class Term:
    """Something that is there: a figure for every area, NaN where unknown.

    Attributes:
        name: what it is called.
        values: its figures; not negative where their logarithm is taken, which is that of one more.
        log: whether the logarithm is the term, and not the figure itself.
        square: whether its square is a term too, so that its effect may bend.
    """

    name: str
    values: pd.Series
    log: bool = True
    square: bool = False

    def __post_init__(self) -> None:
        if self.log and (self.values < 0).any():
            raise MeasureError(
                "term {name!r}: {count} figures are negative and have no logarithm; take it as it is",
                name=self.name, count=int((self.values < 0).sum()),
            )  # fmt: skip

    @property
    def scaled(self) -> pd.Series:
        """The figures on the scale of the term."""
        return pd.Series(np.log1p(self.values), self.values.index) if self.log else self.values.astype(float)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected, and how it was fitted.

    Attributes:
        events: of every area where it is known; None where there is no fit.
        effects: of each term, how many times as many events are expected in an area in which it is high as in one in
            which it is low, all else being equal: at the upper and at the lower quartile of the areas.
        left_out: the terms that are not in it, and why.
        fewer: how many areas lack a term, and are expected to have what the others say.
    """

    events: pd.Series | None
    effects: Mapping[str, float]
    left_out: Mapping[str, LeftOut]
    fewer: int = 0

    @classmethod
    def none(cls, left_out: Mapping[str, LeftOut]) -> Self:
        """No fit: no term is left, there are too few areas, or it does not converge."""
        return cls(None, {}, left_out)


def expected(measure: Measure, terms: Sequence[Term], gemeente: pd.Series) -> Expected:
    """The events to be expected in every area where the measure is known, given the terms.

    Args:
        measure: its events are counted; where it is not known nothing is expected.
        terms: in the order in which they matter: of two that say the same the first stays.
        gemeente: of every area.
    """
    ids = measure.events.index
    check_aligned("expected", ids, gemeente.index, *(one.values.index for one in terms))
    known = measure.known.to_numpy()
    events = measure.events.to_numpy(dtype=float)[known]
    figures, left_out = _usable(terms, known, gemeente.to_numpy()[known])
    complete = np.all([np.isfinite(one) for _, one in figures], axis=0) if figures else np.zeros(len(events), bool)
    columns, collinear = _independent(figures, complete)
    left_out |= collinear
    if not columns or (fit := _fitted(events, list(columns.values()), complete)) is None:
        return Expected.none(left_out)
    expects, coefficients = fit
    if not complete.all():
        always = [one for one in columns.values() if np.isfinite(one).all()]
        fewer = _fitted(events, always, np.ones(len(events), bool)) if always else None
        expects[~complete] = np.nan if fewer is None else fewer[0][~complete]
    everywhere = pd.Series(expects, ids[known]).reindex(ids)
    return Expected(everywhere, _effects(columns, coefficients), left_out, int((~complete).sum()))


def _usable(
    terms: Sequence[Term], known: Flags, gemeente: NDArray[np.object_]
) -> tuple[list[tuple[Term, Floats]], dict[str, LeftOut]]:
    """The terms that are known nearly everywhere and differ, with their figures; and why others are left out."""
    usable, left_out = [], {}
    for term in terms:
        values = term.scaled.to_numpy(dtype=float)[known]
        there = np.isfinite(values)
        by_gemeente = pd.Series(there).groupby(gemeente).agg(["any", "size"])
        if not there.any() or there.mean() < LEAST_KNOWN:
            left_out[term.name] = LeftOut.MISSING
        elif (~by_gemeente["any"] & (by_gemeente["size"] > 1)).any():
            left_out[term.name] = LeftOut.IN_GEMEENTEN
        elif not differs(values[there]):
            left_out[term.name] = LeftOut.CONSTANT
        else:
            usable.append((term, values))
    return usable, left_out


def _independent(
    figures: Sequence[tuple[Term, Floats]], complete: Flags
) -> tuple[dict[str, Floats], dict[str, LeftOut]]:
    """Of each term its column, and that of its square beside it; without those that follow from columns before them."""
    basis = np.full((int(complete.sum()), 1), 1 / np.sqrt(max(int(complete.sum()), 1)))
    columns: dict[str, Floats] = {}
    left_out: dict[str, LeftOut] = {}
    for term, values in figures:
        first, nothing = _standardised(values, complete), np.empty((len(values), 0))
        for column in (first, _standardised(first**2, complete)) if term.square else (first,):
            rest = column[complete] - basis @ (basis.T @ column[complete])
            size = float(np.linalg.norm(rest))
            if size > INDEPENDENT * np.sqrt(len(rest)):
                basis = np.column_stack([basis, rest / size])
                columns[term.name] = np.column_stack([columns.get(term.name, nothing), column])
            elif term.name not in columns:
                left_out[term.name] = LeftOut.COLLINEAR
                break
    return columns, left_out


def _standardised(values: Floats, complete: Flags) -> Floats:
    """In standard deviations from the mean, both over the complete areas; 0 where these do not differ."""
    spread = float(values[complete].std()) if complete.any() else 0.0
    return np.asarray((values - values[complete].mean()) / spread) if spread > 0 else values * 0.0


def _fitted(events: Floats, columns: Sequence[Floats], used: Flags) -> tuple[Floats, Floats] | None:
    """What is expected where the columns are known, and the coefficients; None where there is no fit."""
    design = np.column_stack([np.ones(len(events)), *columns])
    if used.sum() < AREAS_PER_COLUMN * design.shape[1] or not events[used].any():
        return None
    rows, counts = design[used], events[used]
    steers, shape = np.ones(len(counts), dtype=bool), 1.0
    coefficients, start = np.zeros(design.shape[1]), None
    for _ in range(ROUNDS):
        if (found := _coefficients(rows[steers], counts[steers], shape, start)) is None:
            return None
        coefficients = start = found
        expects = np.exp(rows @ coefficients)
        earlier, shape = shape, gamma_shape(counts[steers], expects[steers])
        before, steers = steers, ~_beyond(counts, expects, shape)
        if np.array_equal(before, steers) and abs(np.log(shape / earlier)) < ALIKE:
            break
    return np.exp(np.minimum(design @ coefficients, STEEPEST)), coefficients


def _beyond(counts: Floats, expects: Floats, shape: float) -> Flags:
    """Which areas lie more than `LIMIT` standard deviations from what is expected, as quantile residuals say.

    Where the deviance residual, which is quick, is below `NEAR` none does.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(counts > 0, counts * np.log(counts / expects), 0.0)
    deviance = 2 * (own - (counts + shape) * np.log((counts + shape) / (expects + shape)))
    beyond: Flags = deviance > NEAR**2
    beyond[beyond] = np.abs(quantiles(counts[beyond], counts[beyond], expects[beyond], shape)) > LIMIT
    return beyond


def _coefficients(rows: Floats, counts: Floats, shape: float, start: Floats | None) -> Floats | None:
    """The most likely coefficients for a shape, by iterated weighted least squares; None where they do not settle."""
    expects = (counts + counts.mean()) / 2 if start is None else np.exp(rows @ start)
    before = np.full(rows.shape[1], np.inf) if start is None else start
    for _ in range(STEPS):
        weighted = rows * (expects / (1 + expects / shape))[:, None]
        try:
            after = np.linalg.solve(weighted.T @ rows, weighted.T @ (np.log(expects) + counts / expects - 1))
        except np.linalg.LinAlgError:
            return None
        logs = rows @ after
        if not np.isfinite(logs).all() or np.abs(logs).max() > STEEPEST:
            return None
        if np.abs(after - before).max() < SETTLED:
            return np.asarray(after)
        before, expects = after, np.exp(logs)
    return None


def _effects(columns: Mapping[str, Floats], coefficients: Floats) -> dict[str, float]:
    """How many times as many events are expected at the upper quartile of each term as at the lower one."""
    effects, at = {}, 1
    for name, column in columns.items():
        width = column.shape[1]
        known = column[np.isfinite(column[:, 0])]
        order = np.argsort(known[:, 0], kind="stable")
        low, high = (known[order[round(part * (len(order) - 1))]] for part in QUARTILES)
        effects[name] = float(np.exp((high - low) @ coefficients[at : at + width]))
        at += width
    return effects
