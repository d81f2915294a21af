"""Declarations as far as they decide a value: what is left out of them may change, and the value is not made again."""

from layers.declarations.indicators import Indicator
from layers.declarations.periods import Period
from layers.declarations.sources import SourceDeclaration
from layers.method.plan import numbers_of


def has_columns_of(indicator: Indicator, source: SourceDeclaration) -> bool:
    """Whether an indicator reads a column of a source."""
    return any(column.partition(".")[0] == source.id for column in indicator.columns)


def columns_only(indicator: Indicator) -> Indicator:
    """An indicator as far as its measure depends on it: which columns."""
    return without_weight(indicator).model_copy(update={"direction": "high", "share": False})


def without_weight(indicator: Indicator) -> Indicator:
    """An indicator as far as its values depend on it: no texts, weight or way of showing; its floor is given beside."""
    return numbers_of(indicator).model_copy(
        update={
            "weight": 1.0,
            "scale": 1.0,
            "quotient": False,
            "min_exposure": None,
            "handvat": None,
            "phrase": None,
            "also_per": (),
        }
    )


def of_period(source: SourceDeclaration, period: int) -> SourceDeclaration:
    """A source as far as figures of a period depend on it: another period more changes nothing of these.

    One that the source does not have is left to be refused.
    """
    periods = tuple(one for one in source.periods if one in Period(period))
    return numbers_of(source).model_copy(update={"periods": periods or source.periods})
