"""The releases of a home: which there are and whether they are whole, to go back to one, to remove old ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import StoreError
from layers.messages import language, speaking
from services.jobs.build import OnStep
from services.jobs.configurations import resources_of
from services.jobs.publish import in_language, unchanged_on_failure
from services.ogc import configuration as ogc
from services.releases import confirmation, integrity, release, retention
from services.releases.retention import Listed


@dataclass(frozen=True, slots=True)
class Shown:
    """One release in full: where it is, what it says of itself, when it was confirmed and its sources were fetched."""

    folder: Path
    manifest: Mapping[str, Any]
    confirmed: str
    fetched: Mapping[str, str]


def listed(home: Path) -> list[Listed]:
    """The releases of a home, the one that was confirmed last first."""
    return retention.listed(home)


def fetched(one: Listed) -> Mapping[str, str]:
    """When each source of a release was last fetched, of those of which it is known."""
    return {} if one.fault else confirmation.fetched(one.folder)


def held(home: Path) -> Path | None:
    """The release that a roll-back holds, if there is one."""
    return retention.held(home)


def shown(home: Path, name: str | None) -> Shown:
    """A release by its id or the beginning of it; without one, that which is served."""
    folder = retention.folder_of(home, name)
    return Shown(folder, release.manifest(folder), release.confirmed(folder), confirmation.fetched(folder))


def verify(home: Path, name: str | None) -> Shown:
    """Check the size and sha256 of every file of a release, and its values against its id.

    Raises StoreError naming all that is not as it was published.
    """
    folder = retention.folder_of(home, name)
    if faults := integrity.faults(folder) or integrity.faults_of_values(folder):
        raise StoreError(
            "release {id} is not whole: {faults}; `zicht verify {id} --repair` makes its files again from its record, "
            "and `zicht releases rollback ID` serves another",
            id=folder.name, faults=faults,
        )  # fmt: skip
    return shown(home, folder.name)


def repair(home: Path, name: str | None, on_step: OnStep) -> Shown:
    """Make every file of a release again from its record, and check it. Raises StoreError where that is not whole."""
    folder = retention.folder_of(home, name)
    step = in_language(language(), on_step)
    with release.alone(home), speaking(release.language_of(folder)):
        release.make_again(folder, step)
    return verify(home, folder.name)


def roll_back(home: Path, config: Path, name: str) -> Path:
    """Serve a release of before, with its configuration, and hold it: publications are not served until they resume.

    Raises StoreError, with what was served as it was, where it is not whole or cannot be served.
    """
    folder = retention.folder_of(home, name)
    verify(home, folder.name)
    with release.alone(home), unchanged_on_failure(config):
        ogc.write(config, resources_of(home, config, folder))
        retention.hold(home, folder)
        release.swap(home, folder)
    return folder


def prune(home: Path, keep: int) -> list[Listed]:
    """Remove all but the `keep` releases that were confirmed last, never the one that is served. Returns those gone."""
    with release.alone(home):
        release.clear(home / "releases")
        return retention.prune(home, keep)
