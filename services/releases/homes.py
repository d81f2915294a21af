"""Homes: folders with built layers and releases, each with the pygeoapi configuration that serves it.

The configuration of a home stands beside its releases, `<home>/pygeoapi-config.yml`, so that a release is always served
under its own titles. That of the default home stands in the working folder, where it is committed and a stock pygeoapi
finds it, as long as what was built there is Testland: what anybody else builds must not collide with what `git pull`
brings. Which home was published last is read from the links `current`, made anew where another release is served,
and from the confirmation that each publication writes; rejected: a file that records it, which outlives the home it
names.
"""

import json
from pathlib import Path

DEFAULT_HOME = Path("output/demo")
CONFIGURATION = "pygeoapi-config.yml"
CURRENT = "current"
"""The link in a home to the release that is served."""
CONFIRMED = ".confirmed.json"
"""How the file beside a release ends that says when its values were last found to be so."""


def configuration(home: Path) -> Path:
    """Where the configuration of a home stands."""
    committed = home.resolve() == DEFAULT_HOME.resolve() and not _is_real(home)
    return Path(CONFIGURATION) if committed else home / CONFIGURATION


def _is_real(home: Path) -> bool:
    """Whether a layer that was built in a home is of figures that are not made up."""
    layers = (home / "layers").glob("*/*/*/*/*/layer.json")
    return any(not json.loads(one.read_bytes())["provenance"]["made_up"] for one in layers)


def published_last() -> Path:
    """The home beside the default one, or that one, of which a release was published last; the default if none was."""
    links = DEFAULT_HOME.parent.glob(f"*/{CURRENT}")
    return max(((_moment(link), link.parent) for link in links), default=(0, DEFAULT_HOME))[1]


def _moment(link: Path) -> int:
    confirmations = link.parent.glob(f"releases/*{CONFIRMED}")
    return max(file.lstat().st_mtime_ns for file in (link, *confirmations))
