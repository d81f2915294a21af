"""Layer: one theme under one lens, at one level, for one period; and from what it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas

from geo.areas import AreaLevel
from layers.declarations.lenses import Lens
from layers.declarations.themes import Theme
from layers.publication.audience import Audience
from layers.publication.collection import names
from layers.publication.comparison import References, references
from layers.publication.corrections import Corrected
from layers.publication.fields import layer_fields, zoekgebied_fields

CONFIDENTIAL = "vertrouwelijk"
"""The status of a source of which nothing may leave but what is perturbed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where figures or polygons came from: enough to fetch the same bytes again and to name whose they are.

    `fetched` is when a service sent them (ISO 8601), "" where they were a file to begin with. Of a confidential source
    `rows` is None, and `sha256` one by the secret of the vault (layers.method.protection).
    """

    id: str
    title: str
    where: str
    sha256: str
    rows: int | None
    license: str
    attribution: str
    notes: tuple[str, ...] = ()
    fetched: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """From what and how a layer was made; the same provenance gives the same values.

    `digests` are those of what the `declarations` say, by `<kind>/<id>`. `commit`, `code` and `libraries` tell apart
    states of one version of zicht (services.program), and `plan` is the key of what decided all of it
    (layers.method.plan); "" where that is not known. `sources` has the status of each source that its theme reads,
    `open` or `vertrouwelijk`, by its id. `corrections` are the figures of sources that a municipality corrected.
    """

    receipts: tuple[Receipt, ...]
    digests: Mapping[str, str]
    vintage: int
    version: str
    method: tuple[str, ...]
    made_up: bool
    declarations: Mapping[str, Any] = field(default_factory=dict)
    commit: str = ""
    code: str = ""
    libraries: str = ""
    plan: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Corrected, ...] = ()

    @property
    def changed(self) -> tuple[Corrected, ...]:
        """The corrections that made another figure of what was received."""
        return tuple(one for one in self.corrections if one.effect == "changed")


@dataclass(frozen=True, slots=True)
class LayerKey:
    """Which layer: theme, level, period (0: the newest) and lens. `gemeente` is the part it shows, None for all."""

    theme: str
    level: AreaLevel
    period: int
    lens: str
    gemeente: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """As it is made: `table` has exactly the fields of `layer_fields`, `zoekgebieden` those of `zoekgebied_fields`
    (layers.publication.fields), each with a geometry in RD New. A suppressed value is null and has a reason.

    It leaves only as `Protected` (layers.publication.protected).
    """

    key: LayerKey
    theme: Theme
    lens: Lens | None
    table: geopandas.GeoDataFrame
    zoekgebieden: geopandas.GeoDataFrame
    provenance: Provenance
    summary: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        indicators = self.theme.indicator
        for table, fields in (
            (self.table, layer_fields(indicators)),
            (self.zoekgebieden, zoekgebied_fields(indicators)),
        ):
            if list(table.columns) != [*names(fields), "geometry"]:
                raise ValueError(f"layer {self.key}: columns {list(table.columns)} are not the fields {names(fields)}")
        for one in indicators:
            unexplained = self.table[one.id].isna() == self.table[f"{one.id}_reden"].isna()
            if unexplained.any():
                raise ValueError(f"layer {self.key}: {one.id} must have a reason exactly where it has no value")

    @property
    def perturbed(self) -> bool:
        """Whether any of its counts carry noise, since their source is confidential."""
        return CONFIDENTIAL in self.provenance.sources.values()

    @property
    def audience(self) -> Audience:
        """For whom it is: what its theme says, else for everyone only where each of its sources is known to be open."""
        open_to_all = set(self.provenance.sources.values()) == {"open"}
        return self.theme.audience or ("publiek" if open_to_all else "intern")

    @property
    def references(self) -> References:
        """The place whose mean each indicator is compared with."""
        made = {name: one["reference"] for name, one in self.summary.get("baselines", {}).items() if not one["missing"]}
        return references(self.theme.indicator, self.summary.get("local", {}), made)
