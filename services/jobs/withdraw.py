"""withdraw: take a theme, a lens or a release from every release in a home, and remember why."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geo.errors import StoreError, UnknownNameError
from geo.messages import message
from layers.messages import language, speaking
from services.files import UNFINISHED
from services.jobs import audit
from services.jobs.build import OnStep
from services.jobs.configurations import resources_of
from services.jobs.publish import in_language, unchanged_on_failure
from services.ogc import configuration as ogc
from services.releases import confirmation, integrity, release, retention, withdrawal
from services.releases.withdrawal import Withdrawal
from services.workspace import storage


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did: the releases that are gone, by what took their place (None: nothing), and which is served
    now, if any.
    """

    releases: dict[str, str | None]
    served: Path | None


def listed(home: Path) -> list[Withdrawal]:
    """What was withdrawn in a home."""
    return withdrawal.withdrawn(home)


def withdraw(home: Path, config: Path, what: str, lens: str, reason: str, on_step: OnStep) -> Withdrawn:
    """Withdraw a theme, what of it is under a lens, or a release by the beginning of its id; built layers of it go too.

    Raises UnknownNameError where it is no theme that was built or published, and no release, or where the theme never
    was under that lens; StoreError without a reason, or where a release that holds it cannot be read.
    """
    if not reason.strip():
        raise StoreError("say why it is withdrawn, as in `zicht withdraw {what} --reason '...'`", what=what)
    step = in_language(language(), on_step)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with release.alone(home):
        release.clear(home / "releases")
        before = withdrawal.withdrawn(home)
        name = _name(home, what, lens, before)
        meant = Withdrawal(name, lens, reason.strip(), moment)
        earlier = [one for one in before if (one.what, one.lens) != (name, lens)]
        withdrawal.remember(home, [*earlier, meant])  # first: a crash after it leaves nothing to be published again
        storage.remove(home, meant.covers)
        with unchanged_on_failure(config):
            replaced: dict[str, str | None] = {}
            for folder in [one.folder for one in retention.listed(home)]:
                if folder.name == name:
                    replaced[folder.name] = None
                elif (made := _made_again(home, folder, meant, step)) is not None:
                    replaced[folder.name] = made.name if made != folder.parent else None
            served = _serve(home, config, replaced)
            for gone in replaced:
                _remove(home / "releases" / gone)
    return Withdrawn(replaced, served)


def undo(home: Path, what: str, lens: str) -> None:
    """Let what was withdrawn be published again; what was removed stays so until then. Raises StoreError where it was
    not withdrawn.
    """
    with release.alone(home):
        before = withdrawal.withdrawn(home)
        left = [one for one in before if not (one.what.startswith(what) and one.lens == lens)]
        if len(left) != len(before) - 1:
            raise StoreError("{what}: was not withdrawn here; `zicht withdraw` lists what was", what=what)
        withdrawal.remember(home, left)


def _name(home: Path, what: str, lens: str, before: Sequence[Withdrawal]) -> str:
    """The theme, or the id of the release, that is meant. A name that nothing has would withdraw nothing, unseen."""
    known = {(one.key.theme, one.key.lens) for one in storage.listed(home)} | _published(home)
    if what not in {theme for theme, _ in known}:
        name = retention.folder_of(home, what).name
        if lens:
            raise StoreError(
                "{what} is a release, which is withdrawn whole: leave out `--lens`, or name a theme: {themes}",
                what=name, themes=", ".join(sorted({theme for theme, _ in known})),
            )  # fmt: skip
        return name
    lenses = {one for theme, one in known | {(one.what, one.lens) for one in before} if theme == what}
    if lens and lens not in lenses:
        raise UnknownNameError(message("lens for theme {theme!r}", theme=what), lens, sorted(lenses - {""}))
    return what


def _published(home: Path) -> set[tuple[str, str]]:
    """The themes and lenses of all releases that can be read."""
    layers = [layer for one in retention.listed(home) if not one.fault for layer in one.manifest["layers"]]
    return {(layer["key"]["theme"], layer["key"]["lens"]) for layer in layers}


def _made_again(home: Path, folder: Path, meant: Withdrawal, step: OnStep) -> Path | None:
    """The release without what is withdrawn; the folder of all releases where nothing is left, None where it has none
    of it.
    """
    made = withdrawal.without(folder, meant.covers)
    if made is None:
        return None
    record, kept = made
    if not record["layers"]:
        return folder.parent
    another = folder.with_name(str(record["id"]))
    audit.remain(home, folder.name, another.name)
    with speaking(release.language_of(folder)):
        release.write_again(another, record, kept, step)
    stamp = confirmation.path_of(folder)
    if stamp.is_file():
        shutil.copy(stamp, confirmation.path_of(another))
    return another


def _serve(home: Path, config: Path, replaced: dict[str, str | None]) -> Path | None:
    """Serve what took the place of the release that was served, else the one that was confirmed last; None where none
    is left.
    """
    releases = home / "releases"
    before = (home / release.CURRENT).resolve().name
    held = retention.held(home)
    if held is not None and (other := replaced.get(held.name)) is not None:
        retention.hold(home, releases / other)
    if before not in replaced:
        return (home / release.CURRENT).resolve() if (home / release.CURRENT).exists() else None
    others = [one.folder.name for one in retention.listed(home) if one.folder.name not in replaced]
    whole = [name for name in (replaced[before], *others) if name and not integrity.faults(releases / name)]
    if not whole:
        (home / release.CURRENT).unlink(missing_ok=True)
        return None
    folder = releases / whole[0]
    ogc.write(config, resources_of(home, config, folder))
    release.swap(home, folder)
    return folder


def _remove(folder: Path) -> None:
    aside = folder.with_name(f"{UNFINISHED}{folder.name}")
    folder.replace(aside)
    confirmation.path_of(folder).unlink(missing_ok=True)
    shutil.rmtree(aside)
