"""How old the figures of a release are, and whether that is older than their sources allow (`max_age`)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from geo.messages import Message, message
from layers.declarations.catalog import Catalog
from layers.messages import age


def too_old(catalog: Catalog, fetched: Mapping[str, str], now: datetime | None = None) -> list[Message]:
    """What there is to say of sources of which the figures were fetched longer ago than they may be; `fetched` has the
    moments (ISO 8601) by the id of a receipt.
    """
    moments = {name.removeprefix("sources/"): datetime.fromisoformat(moment) for name, moment in fetched.items()}
    limits = {name: one.max_age for name, one in catalog.sources.items() if one.max_age is not None}
    return [
        message(
            "{source} was fetched {age} ago, and may be {most} days old", source=name, age=age(moments[name]), most=most
        )
        for name, most in limits.items()
        if name in moments and (now or datetime.now(UTC)) - moments[name] > timedelta(days=most)
    ]
