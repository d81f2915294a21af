"""The demonstration: the main job on Testland, or on the real open figures of a gemeente or the whole country."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType

from geo.areas import AreaLevel
from layers.catalog import load
from layers.layer import Layer, LayerKey
from layers.lenses import BASIS
from services import tables, workspace
from services.country import Country
from services.pipeline import Steps, build_all, open_country
from services.publication import DEFAULT_HOME, publish_all
from services.settings import TESTLAND, Settings
from services.sources.made_up import MadeUp

THEME, COUNTRY = "drugs", "NL"
LENS = "buitengebied"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the demonstration made and where."""

    home: Path
    config: Path
    folder: Path
    layers: tuple[Layer, ...]
    country: Country

    def report(self) -> Iterator[RenderableType]:
        """What was found, for the screen."""
        for layer in self.layers:
            if layer.key.lens == BASIS:
                yield tables.zoekgebieden(layer)
                yield tables.summary(layer)
        if isinstance(self.country.source, MadeUp):
            yield tables.truth(self.country.source.country.hotspots, self.layers[0])
        yield tables.released(self.folder)


def make(real: str | None, gemeente: str, home: Path | None, steps: Steps) -> Shown:
    """Build, publish and return what is to be shown.

    Testland shows buurten, wijken and hexagons. Real figures are shown per buurt only: sums per wijk beside buurten
    would give away what is withheld there.
    """
    catalog = load()
    country = open_country(real or TESTLAND, catalog)
    place = None if real is None or gemeente == COUNTRY else gemeente
    home = home or (DEFAULT_HOME if real is None else Path(f"output/demo-{gemeente.lower()}"))
    wanted = [LayerKey(THEME, AreaLevel.BUURT, 0, lens, place) for lens in (BASIS, LENS)]
    if real is None:
        wanted += [LayerKey(THEME, level, 0, BASIS) for level in (AreaLevel.WIJK, AreaLevel.H3_8)]
    layers = build_all(country, wanted, steps)
    for layer in layers:
        workspace.save(layer, home)
    config = _config(home)
    return Shown(home, config, publish_all(home, config, catalog, steps), tuple(layers), country)


def _config(home: Path) -> Path:
    """The committed configuration where the committed home is filled; elsewhere a copy of its hand-written part."""
    committed = Settings().config
    if home == DEFAULT_HOME:
        return committed
    copy = home / committed.name
    by_hand = committed.read_text(encoding="utf-8").partition("\nresources:")[0]
    copy.write_text(f"{by_hand}\nresources: {{}}\n", encoding="utf-8")
    return copy
