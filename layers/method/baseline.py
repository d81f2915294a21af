"""What the events of an indicator are compared with in place of the national rate, and how that came about."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo.measures import Measure

NOT_THERE, CONFIDENTIAL = "not_there", "confidential"
"""Why a term is left out: its figures are not at hand, or confidential (see geo.expected.LeftOut for others)."""
HEXAGONS, POSTCODES, NO_FIT, NO_PEERS = "hexagons", "postcodes", "no_fit", "no_peers"
"""Why there is no baseline: areas are hexagons; figures are per postcode; no term is left or the fit does not converge;
too few are alike."""


@dataclass(frozen=True, slots=True)
class BaselineReport:
    """How a baseline was made, or why there is none.

    Attributes:
        reference: `expected` or `peers`.
        missing: why there is none; "" where there is.
        effects: of each term, how many times as many events where it is high as where it is low (geo.expected).
        left_out: columns that are not used, and why.
        fewer: areas that lack a term, and are compared with what the others say.
        before: dispersion of rates between areas, over exposure alone: the variance of the gamma that they have.
            None where there is no baseline.
        after: the same against the baseline.
    """

    reference: str
    missing: str = ""
    effects: Mapping[str, float] | None = None
    left_out: Mapping[str, str] | None = None
    fewer: int = 0
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class BaselineEvents:
    """Events beside those of the baseline, as exposure; None where there is no baseline."""

    measure: Measure | None
    report: BaselineReport
