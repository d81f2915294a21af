"""Homes: folders with built layers and releases, each with the pygeoapi configuration that serves it.

The configuration of a home stands beside its releases, `<home>/pygeoapi-config.yml`, so that a release is always served
under its own titles. That of the default home stands in the working folder, where it is committed and a stock pygeoapi
finds it. Which home was published last is read from the links `current`, made anew where another release is served,
and from the confirmation that each publication writes; rejected: a file that records it, which outlives the home it
names.
"""

from pathlib import Path

DEFAULT_HOME = Path("output/demo")
CONFIGURATION = "pygeoapi-config.yml"
CURRENT = "current"
"""The link in a home to the release that is served."""
CONFIRMED = ".confirmed.json"
"""How the file beside a release ends that says when its values were last found to be so."""


def configuration(home: Path) -> Path:
    """Where the configuration of a home stands."""
    return Path(CONFIGURATION) if home.resolve() == DEFAULT_HOME.resolve() else home / CONFIGURATION


def published_last() -> Path:
    """The home beside the default one, or that one, of which a release was published last; the default if none was."""
    links = DEFAULT_HOME.parent.glob(f"*/{CURRENT}")
    return max(((_moment(link), link.parent) for link in links), default=(0, DEFAULT_HOME))[1]


def _moment(link: Path) -> int:
    confirmations = link.parent.glob(f"releases/*{CONFIRMED}")
    return max(file.lstat().st_mtime_ns for file in (link, *confirmations))
