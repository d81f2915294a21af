"""What everyone can do with published rates: counts are whole, so the rates give them back."""

from collections.abc import Callable

import numpy as np
import pandas as pd

SHAPES = np.geomspace(0.05, 500.0, 20_000)
"""Among which an attacker looks for the shape of the gamma distribution that shrinks the rates (geo.rates)."""


def counts_of(rates: pd.Series, exposure: pd.Series, national: float) -> pd.Series:
    """The counts behind shrunk rates of which exposure is known."""
    known = rates.dropna()
    at, of = known.to_numpy(), exposure.loc[known.index].to_numpy()
    return pd.Series(_whole(lambda shape: at * of + shape * (at / national - 1.0)), known.index)


def exposure_of(rates: pd.Series, counts: pd.Series, national: float) -> pd.Series:
    """What the counts behind shrunk rates were taken per, where that was counted itself."""
    known = rates.dropna()
    at, of = known.to_numpy(), counts.loc[known.index].to_numpy()
    return pd.Series(_whole(lambda shape: (of + shape) / at - shape / national), known.index)


def _whole(of_shape: Callable[[float], np.ndarray]) -> np.ndarray:
    """The numbers of the shape by which most come out whole."""
    off = [np.abs(of_shape(shape) % 1.0 - 0.5).mean() for shape in SHAPES]  # 0.5 where all are whole
    return of_shape(SHAPES[int(np.argmax(off))]).round()


def determined(relations: np.ndarray) -> np.ndarray:
    """Which unknowns linear relations (a row each) determine: those that no vector of the null space moves."""
    _, sizes, directions = np.linalg.svd(relations, full_matrices=True)
    null = directions[int((sizes > 1e-9 * max(sizes.max(initial=0.0), 1.0)).sum()) :]
    return np.abs(null).max(axis=0, initial=0.0) < 1e-9
