"""audit: what an attacker computes from a release and all others, and whether it may be published.

The certificate says which cells are exposed and by what, and so stays in the vault.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from geo.disclosure.insiders import LEAST_POSSIBLE
from geo.errors import DisclosureError, StoreError, first_few
from geo.messages import Message, message
from layers.evaluation.audit import (
    AMOUNT,
    AVERAGED,
    COLUMNS,
    INSIDER,
    ITS_NOISE,
    ITS_PARTS,
    OTHER_RELEASE,
    OVERLAY,
    Audit,
    Exposed,
)
from layers.evaluation.columns import counted
from layers.evaluation.disclosure import audited
from layers.publication.layer import CONFIDENTIAL
from layers.publication.protected import Protected
from services.pages.table_page import page
from services.releases import retention
from services.settings import Settings
from services.vault.ledger import Ledger
from services.vault.secret import Vault

RELATIONS = {
    ITS_PARTS: message("by what it is made up of"),
    ITS_NOISE: message("by its noise, of which there is too little"),
    OTHER_RELEASE: message("by another release, of which the noise is other"),
    OVERLAY: message("by hexagons and the areas that they overlap"),
    INSIDER: message("to who knows that a record of their own was counted"),
    AMOUNT: message("by what is shown beside it, in this release or one before it"),
    COLUMNS: message("by other counts of the same source, which add up to it or of which it is a part"),
    AVERAGED: message("by all ways in which it is known, weighed together: their noise averages out"),
}
TRIED = {
    ITS_PARTS: message("what buurten, wijken and gemeenten tell of one another, since some add up to others"),
    INSIDER: message("what somebody computes who knows that a record of their own was counted"),
    OTHER_RELEASE: message("what all releases before it tell of the same counts"),
    ITS_NOISE: message("how much noise stays where all ways in which a count is known are weighed together"),
    COLUMNS: message(
        "what counts of a source tell of one another, where some add up to others or are a part of them: by a formula, "
        "by `where` and `between`, or since it is a share"
    ),
    AMOUNT: message("what amounts that are shown tell of those that are withheld, in all releases together"),
    OVERLAY: message(
        "what hexagons tell of the areas that they overlap, of hexagons of another size, and of both at once"
    ),
}
NOT_TRIED = {
    "derived": message("what rates, scores, q, ranks and growth tell: the attacker is taken to know all perturbed "
                       "counts, shown or not, and all of these are computed from them"),
    "several": message("what hexagons of three sizes tell all at once: a third size of a count is not published"),
    "delivered": message("what counts that were delivered per area tell of one another of which one is a part of "
                         "another and nothing says so: a formula does, and `share`"),
    "sources": message("what counts of several sources tell of one another, where these hold the same records"),
    "years": message("what areas tell of those of another year, of which the borders are others"),
}  # fmt: skip
"""Of what a certificate says whether it was tried."""
MOST_SIZES = 2
"""Of hexagons of one count: three are not held against one another all at once (layers.evaluation.overlay)."""
HEADER = (message("area"), message("what was counted"), message("at least"), message("at most"), message("betrayed"))


@dataclass(frozen=True, slots=True)
class Audited:
    """What was audited: the id of a release, its audit (None where it has no confidential counts), the certificate."""

    release: str
    audit: Audit | None
    certificate: Path | None


def audit(home: Path, name: str | None) -> Audited:
    """Audit a release of a home, the one that is served where none is named, with all that was published before and
    after it. Raises StoreError where there is no such release, or the ledger is damaged.
    """
    release = retention.folder_of(home, name).name
    ledger = Ledger(Vault(Settings().vault))
    counts = ledger.counts()
    if counts is None or not (counts["release"] == release).any():
        _check_known(ledger, [one for one in retention.listed(home) if one.folder.name == release])
        return Audited(release, None, None)
    found = audited(counts)
    return Audited(release, found, _certificate(ledger.vault, release, found))


def leaving(layers: Sequence[Protected]) -> pd.DataFrame | None:
    """The perturbed counts of layers that are published together; None where they have none."""
    tables = [layer.leaving for layer in layers if layer.leaving is not None]
    return pd.concat(tables, ignore_index=True).drop_duplicates(ignore_index=True) if tables else None


def admit(release: str, home: Path, layers: Sequence[Protected]) -> None:
    """Add the confidential counts of a release to the ledger, before it is in the world.

    Raises DisclosureError where it would expose any with all that was published before it, StoreError where the ledger
    lacks a release that is there.
    """
    counts = leaving(layers)
    if counts is not None:
        ledger = Ledger(Vault(Settings().vault))
        _check_known(ledger, retention.listed(home))
        _check(release, counts)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        ledger.add(moment, home, release, counts)


def remain(home: Path, before: str, release: str) -> None:
    """Add to the ledger what is left of a release, of which something was withdrawn, before it is in the world."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    Ledger(Vault(Settings().vault)).add_remainder(moment, home, before, release)


def _check_known(ledger: Ledger, releases: Sequence[retention.Listed]) -> None:
    """Raise StoreError where a release with confidential figures is not in the ledger: then it is not known what is in
    the world. The vault is another, or a copy of before.
    """
    known = {one.release for one in ledger.entries()}
    lacking = [one.folder.name for one in releases if one.folder.name not in known and _has_confidential(one.manifest)]
    if lacking:
        raise StoreError(
            "{vault}: the ledger lacks {releases}, which has confidential figures: this is another vault, or a copy of "
            "before it was published; put back the vault that knows it, or where that is lost take the release back "
            "first: `zicht withdraw {first}`",
            vault=ledger.vault.folder, releases=first_few(lacking), first=lacking[0],
        )  # fmt: skip


def _has_confidential(manifest: Mapping[str, Any]) -> bool:
    sources = [one["provenance"]["sources"] for one in manifest.get("layers", ())]
    return any(status == CONFIDENTIAL for one in sources for status in one.values())


def _check(release: str, counts: pd.DataFrame) -> None:
    """Raise DisclosureError where a release of these counts would expose any, with all that was published before it."""
    ledger = Ledger(Vault(Settings().vault))
    before = ledger.counts()
    now = counts.assign(fingerprint=ledger.vault.fingerprint, release=release)
    every = now if before is None else pd.concat([before, now], ignore_index=True)
    _check_sizes(release, now, every)
    found = audited(every)
    if not found.passed:
        raise DisclosureError(
            "release {id} is not published: of {count} of {cells} cells fewer counts stay possible than may be, or "
            "less of the noise: {exposed}; the certificate is {path}; leave out a level, or declare a higher max_noise "
            "in [protection] of the source; for an amount, declare the [suppression] that it had when it was published",
            id=release, count=len(found.exposed), cells=found.cells, exposed=first_few(map(_short, found.exposed)),
            path=_certificate(ledger.vault, release, found),
        )  # fmt: skip
    _certificate(ledger.vault, release, found)


def _check_sizes(release: str, now: pd.DataFrame, every: pd.DataFrame) -> None:
    """Raise DisclosureError where with this release hexagons of more than `MOST_SIZES` of a count have left, whatever
    the year of the areas: what these tell of one another all at once is not found out.
    """
    cells = [rows.loc[rows["level"].str.startswith("h3"), ["count", "level"]] for rows in (now, every)]
    leaving, sizes = (rows["level"].groupby(rows["count"].map(counted)).unique() for rows in cells)
    for count in leaving.index:
        if len(sizes[count]) > MOST_SIZES:
            raise DisclosureError(
                "release {id} is not published: with it hexagons of {sizes} of {count} have left, in this release or "
                "those before it, and what hexagons of more than {most} sizes tell of one another is too much to find "
                "out; leave out those of a size",
                id=release, sizes=", ".join(sorted(sizes[count])), count=count, most=MOST_SIZES,
            )  # fmt: skip


def relation(exposed: Exposed) -> Message | str:
    """What betrays a cell."""
    return RELATIONS.get(exposed.relation, message("by {area}, in which it lies", area=exposed.relation))


def found_in(audit: Audit) -> Iterator[Message]:
    """What an audit found of counts and of amounts, of which it has some."""
    if audit.counts:
        yield message("{cells:,} confidential counts, of which {small:,} may be small.",
                      cells=audit.counts, small=audit.small)  # fmt: skip
    if audit.small:
        yield message(
            "Of the worst of these at least {fewest} counts stay possible ({insiders} to who knows that a record of "
            "their own was counted; fewer than {least} would expose it), and {noise:.0%} of the variance of the noise.",
            fewest=audit.fewest, insiders=audit.insiders, noise=audit.noise, least=LEAST_POSSIBLE,
        )  # fmt: skip
    if audit.amounts:
        yield message("{amounts:,} amounts, of which {withheld:,} are withheld.",
                      amounts=audit.amounts, withheld=audit.withheld)  # fmt: skip


def _short(exposed: Exposed) -> str:
    return f"{exposed.area} ({exposed.count}: {exposed.lowest:g}-{exposed.highest:g})"


def _certificate(vault: Vault, release: str, found: Audit) -> Path:
    """The certificate, for a person to read; beside it the same for a program."""
    content = {"release": release, "passed": found.passed, **asdict(found), "least_possible": LEAST_POSSIBLE,
               "tried": [*TRIED], "not_tried": [*NOT_TRIED]}  # fmt: skip
    vault.keep(f"audit-{release}.json", json.dumps(content, indent=1).encode())
    passed = message("Nothing is exposed.") if found.passed else message("These cells are exposed.")
    lines = (
        passed,
        *found_in(found),
        *(message("Tried: {attack}.", attack=one) for one in TRIED.values()),
        message("Overlays of hexagons: {tried} tried, {contradicting} of counts that contradict one another, from "
                "which nothing follows.", tried=found.overlays, contradicting=found.contradicting),
        *(message("Not tried: {attack}.", attack=one) for one in NOT_TRIED.values()),
    )  # fmt: skip
    rows = [(one.area, one.count, f"{one.lowest:g}", f"{one.highest:g}", relation(one)) for one in found.exposed]
    written = page(message("Audit of release {id}", id=release), lines, HEADER, rows)
    return vault.keep(f"audit-{release}.html", written.encode())
