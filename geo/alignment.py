"""Alignment: two things combine only if they are about the same areas in the same order."""

import pandas as pd

from geo.errors import AlignmentError, first_few
from geo.messages import Message, message


def check_aligned(where: Message | str, first: pd.Index, *others: pd.Index) -> None:
    """Raise AlignmentError, naming the first differing codes, unless all are the same areas in the same order.

    >>> check_aligned("rates", pd.Index(["BU1", "BU2"]), pd.Index(["BU1", "BU3"]))
    Traceback (most recent call last):
    geo.errors.AlignmentError: rates: not about the same areas: BU2, BU3
    """
    for other in others:
        if not first.equals(other):
            differing = first.symmetric_difference(other)
            raise AlignmentError(
                "{where}: not about the same areas: {codes}",
                where=where,
                codes=first_few(differing) if len(differing) else message("the same areas in another order"),
            )
