"""Protection: confidential counts become perturbed ones, before anything else is computed from them.

What is computed from perturbed counts cannot tell more than they do: rate, deviation, score, what is searched in, q,
ranks and explanations. Rejected: a search in the counts as they are, of which only roles and classes leave. Those tell
something of the counts too, and nobody can say how much. What the noise costs (at most 5, variance 3, no 1 or 2; place
scan, 12 maps each, clusters of nine buurten): of clusters twice as strong as elsewhere it flags 86 % of the areas
instead of 89 % where 12 events are expected on average, of clusters three times as strong 58 instead of 86 % where 4
are. Where fewer are expected, choose larger areas.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from geo.areas import AreaLevel
from geo.disclosure.perturbation import Noise, perturbed
from geo.measures import Measure
from geo.messages import Message, message
from layers.declarations.records import Records
from layers.declarations.sources import SourceDeclaration
from layers.messages import said
from layers.method.ports import Keyring
from layers.publication.layer import Receipt
from layers.publication.perturbed import perturbed_counts


def protected(measure: Measure, *, events: Noise | None, exposure: Noise | None, part: bool) -> Measure:
    """The measure with perturbed counts in the place of those that are confidential.

    Args:
        measure: with the keys of what is confidential in it.
        events: the noise on its events; None where these are open.
        exposure: the noise on its exposure, likewise.
        part: whether events are a part of the exposure; noise does not make them more than all of it.

    Raises MeasureError for figures that are no whole counts.
    """
    of_events = _perturbed(measure.events, measure.event_keys, events)
    of_exposure = _perturbed(measure.exposure, measure.exposure_keys, exposure)
    if part:
        of_events = of_events.mask((of_events > of_exposure) & (measure.events <= measure.exposure), of_exposure)
    margins = (measure.margin, measure.exposure_margin)
    safe = Measure.of(measure.id, of_events, of_exposure, measure.reason, shrunk=measure.shrunk, margins=margins)
    return replace(
        safe, interpolated=measure.interpolated, counted=measure.event_keys is not None and not measure.shrunk
    )


def _perturbed(counts: pd.Series, keys: pd.Series | None, noise: Noise | None) -> pd.Series:
    if keys is None and noise is None:
        return counts
    if keys is None or noise is None:
        raise TypeError("confidential counts need both keys and noise")
    return pd.Series(perturbed(counts.to_numpy(dtype=float), keys.to_numpy(), noise), counts.index, name=counts.name)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A confidential count that a layer follows from.

    Attributes:
        side: of a measure, `events` or `exposure`.
        count: which columns of which source, and what it is taken per.
        level: of the areas in which it is perturbed.
        vintage: of these.
        noise: by how much.
        least: the fewest that may be shown.
        selects: which records it counts (layers.publication.perturbed), where that is known.
    """

    side: str
    count: str
    level: AreaLevel
    vintage: int
    noise: Noise
    least: float
    selects: str | None = None


def leaving(*measures: Measure, about: tuple[Leaving, ...]) -> pd.DataFrame | None:
    """The perturbed counts of measures, in the order of `about`, where both events and exposure are known; None where
    there are none.
    """
    rows = []
    for measure, one in zip(measures, about, strict=True):
        known = measure.events.notna() & measure.exposure.notna()
        counts: pd.Series = getattr(measure, one.side)[known]
        table = perturbed_counts(one.count, one.level, one.vintage, counts, one.noise, one.least)
        rows.append(table.assign(selects=pd.Series(one.selects, table.index, dtype=object)))
    return pd.concat(rows, ignore_index=True).drop_duplicates(ignore_index=True) if rows else None


def protected_receipt(receipt: Receipt, source: SourceDeclaration, keyring: Keyring) -> Receipt:
    """The receipt of a confidential source as it may leave.

    How many rows there are is the exact sum of what is counted, and notes on rows have counts and places of theirs: of
    records only what is declared is told. The sha256 is one by the secret, as long and as constant: by that of the
    bytes who knows all rows but one can try which that is.
    """
    keyed = "".join(
        f"{int(key):016x}" for key in keyring.keys(source.id, (f"{part} {receipt.sha256}" for part in "abcd"))
    )
    notes = receipt.notes if source.records is None else tuple(said(note) for note in _declared(source.records))
    return replace(receipt, sha256=keyed, rows=None, notes=notes)


def _declared(records: Records) -> Iterator[Message]:
    """What the declaration of records says of them."""
    yield message("legal ground: {ground}", ground=records.legal_ground)
    if records.drop:
        yield message("columns dropped unread: {columns}", columns=", ".join(records.drop))
    for name, why in records.exempt.items():
        yield message("column {name!r} was exempted from the search for persons: {why}", name=name, why=why)
