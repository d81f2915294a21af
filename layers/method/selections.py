"""Selections: which records the columns of a confidential count have, for who holds counts against one another.

All cases and those of one kind are two counts, each with noise of its own; that the one is a part of the other follows
from what is declared of records (`where`, `between`, years), or of an indicator (`share`). An audit computes with that
(layers.evaluation.selections).
"""

import json
from collections.abc import Iterator

from layers.declarations.indicators import Indicator
from layers.declarations.periods import Period
from layers.declarations.records import Records
from layers.declarations.sources import SourceDeclaration, columns_of, fill
from layers.publication.perturbed import PART_OF, RANGE, YEAR


def selected(source: SourceDeclaration, name: str, period: int, indicator: Indicator) -> str | None:
    """Which records each column of a figure counts, as JSON; None where nothing is declared of them."""
    if source.own and source.records is not None:
        parts = Period(period).parts(source.periods[0].kind)
        columns = {one for part in parts for one in columns_of(source.columns[name].formula, part)}
        told = dict(_of_records(source.records, columns))
    else:
        told = dict(_of_share(source, name, period, indicator))
    return json.dumps(told, sort_keys=True) if told else None


def _of_records(records: Records, columns: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    for column in sorted(columns):
        name, _, year = column.rpartition("_") if records.years else (column, "", "")
        count = records.count[name]
        ranges = {f"{RANGE} {one}": between.model_dump(exclude_none=True) for one, between in count.between.items()}
        yield column, {**count.where, **ranges, **({YEAR: [year]} if year else {})}


def _of_share(
    source: SourceDeclaration, name: str, period: int, indicator: Indicator
) -> Iterator[tuple[str, dict[str, object]]]:
    """What is declared to be a part of another column of the source, where both are columns as they are delivered."""
    whole = (indicator.per or "").partition(".")
    if not indicator.share or whole[0] != source.id or indicator.value != f"{source.id}.{name}":
        return
    formulas = [fill(source.columns[one].formula, period) for one in (name, whole[2])]
    if all(one.isidentifier() for one in formulas):
        yield formulas[0], {PART_OF: formulas[1]}
