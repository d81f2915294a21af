"""What who watches the service asks: which release it serves, how old its figures are, and whether it can be read."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from services.ogc.edition import Edition


def of(edition: Edition, kind: str | None, faults: int = 0) -> tuple[int, dict[str, Any]]:
    """Status 200 or 503, and what is said, where the store is of this kind; None where it is not there.

    `faults` is how much is wrong with its files, or that it stands in for a damaged release: the log says what, for
    where they lie is for nobody outside. The age is since the figures were last found to be so.
    """
    age = None
    if edition.confirmed:
        age = int((datetime.now(UTC) - datetime.fromisoformat(edition.confirmed)).total_seconds())
    passes = bool(kind) and not faults
    return 200 if passes else 503, {
        "status": "pass" if passes else "fail",
        "version": version("zicht"),
        "release": edition.id,
        "confirmed": edition.confirmed or None,
        "age_seconds": age,
        "faults": faults,
        "store": {"kind": kind, "collections": len(edition.collections)} if kind else None,
    }
