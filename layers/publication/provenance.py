"""What is told of how a layer was made: all that was declared, but for the rules by which amounts are withheld.

Who knows these computes how far a withheld amount must lie from what is shown, so statistical offices keep them secret
(Hundepool et al. 2012). That there are rules is told, in the same words whichever these are; so is no
digest by which a guess of them could be tried. Nor, where anything is confidential, the key of the plan: it is a digest
of the bytes of all sources and these rules too, and nobody outside needs it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from layers.declarations.reading import digest_of
from layers.publication.layer import CONFIDENTIAL, Provenance

NOT_TOLD = {"rules": "geheim"}
"""What a published declaration says of its [suppression]."""


def publishable(provenance: Provenance) -> Provenance:
    """The provenance as it may leave."""
    closed = {name: one | {"suppression": NOT_TOLD} for name, one in provenance.declarations.items() if _withholds(one)}
    digests = {name: digest_of(one) for name, one in closed.items()}
    return replace(
        provenance,
        declarations={**provenance.declarations, **closed},
        digests={**provenance.digests, **digests},
        plan="" if CONFIDENTIAL in provenance.sources.values() else provenance.plan,
    )


def _withholds(declared: Mapping[str, Any]) -> bool:
    """Whether a declaration is of a source with an amount."""
    return any("contributions" in one for one in declared.get("columns", {}).values())
