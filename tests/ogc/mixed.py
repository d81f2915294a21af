"""A release of which some is for colleagues, and the same without that: what is seen with a key, and without one."""

from dataclasses import replace
from pathlib import Path

from layers.publication.collection import Collection
from services.exporters import qgis
from services.ogc import configuration
from services.stores import flatgeobuf, geoparquet, sqlite, tiles
from services.stores.served import opened
from tests.ogc import places, servers

WORD = "zeehondencreche"
"""In the id and title of all that is for colleagues, and nowhere else."""
RELEASE = "gemengd"


def collections() -> tuple[list[Collection], list[Collection]]:
    """Those for everyone, and those for colleagues; ids of the second begin or end as those of the first."""
    areas, figures = places.collections(columns=6, rows=5)
    theme = replace(figures, id="zoekgebieden_misdrijven", title="Misdrijven: zoekgebieden")
    hidden = [
        replace(figures, id=f"indicatoren_{WORD}_buurt", title=f"Zicht op {WORD} & meer: per buurt"),
        replace(figures, id=f"zoekgebieden_{WORD}", title=f"Zicht op {WORD} & meer: zoekgebieden"),
        replace(areas, id=f"gebieden_buurt_{WORD}", title=f"Gebieden van {WORD}"),
    ]
    words = (WORD,)
    return [areas, figures, theme], [
        replace(one, audience="intern", license=f"niet openbaar, {WORD}", keywords=words) for one in hidden
    ]


def a_home(folder: Path, *, whole: bool) -> Path:
    """A home with the release, `whole` or as it is for everyone."""
    release = folder / "releases" / RELEASE
    release.mkdir(parents=True)
    (folder / "current").symlink_to(f"releases/{RELEASE}")
    shown, hidden = collections()
    published = [*shown, *hidden] if whole else shown
    sqlite.write(published, release)
    for write in (geoparquet.write, flatgeobuf.write, tiles.write, tiles.write_rd, qgis.write):
        write(published, release)
    (release / "methode-misdrijven.html").write_text("<h1>Misdrijven</h1>", encoding="utf-8")
    if whole:
        (release / f"methode-{WORD}.html").write_text(f"<h1>{WORD}</h1>", encoding="utf-8")
        (release / "kaart.html").write_text(f"<h1>Kaart met {WORD}</h1>", encoding="utf-8")
        (release / "zicht.gpkg").write_text(f"GPKG {WORD}", encoding="utf-8")
    by_hand = (servers.ROOT / "pygeoapi-config.yml").read_text(encoding="utf-8")
    config = folder / "pygeoapi-config.yml"
    config.write_text(by_hand, encoding="utf-8")
    configuration.write(config, configuration.resources(opened(release / "zicht.sqlite").collections, servers.DATA))
    return folder
