"""profile: what objects that are cases have more often than the others, of a source with [profile]."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from geo.errors import SourceError
from geo.messages import Message, message
from geo.profiles import Profiles, ProfileSearch, profiles
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration
from layers.messages import say
from layers.publication import profiles as words
from services.files import whole_file
from services.jobs.declarations import catalogue
from services.pages.table_page import page
from services.registry import SOURCES, adapter
from services.settings import TESTLAND, Settings
from services.sources.records.objects import Objects, objects


@dataclass(frozen=True, slots=True)
class Profiled:
    """The profiles of a source, and the objects that they are of."""

    declared: SourceDeclaration
    objects: Objects
    found: Profiles


def profile(source: str, data: str, steps: Callable[[Message | str], None]) -> Profiled:
    """The profiles of a source: a TOML file, whose paths lie below its folder, or the name of a source whose file lies
    in the folder `data` (or is made up, in testland).

    Raises SourceError for rows that cannot be read or hold persons, StatisticError for too few cases.
    """
    steps(message("searching for persons"))
    declared, found = _objects(source, data)
    steps(message("profiles"))
    largest = declared.profile.largest if declared.profile else 1
    return Profiled(declared, found, profiles(found.characteristics, found.cases, ProfileSearch(largest)))


def check_page(path: Path) -> None:
    """Raise SourceError, before anything is read, for a file that is no page."""
    if path.suffix != ".html":
        raise SourceError("{to}: a report is written as .html; name such a file", to=path)


def export(profiled: Profiled, path: Path) -> None:
    """The report as a page, for those who may see the rows."""
    found, ranges = profiled.found, profiled.objects.ranges
    lines = [*words.lines(found, ranges), *profiled.objects.notes]
    rows = [words.row(one, ranges) for one in found.found]
    title = message("What cases have more often: {source}", source=profiled.declared.title)
    with whole_file(path) as unfinished:
        unfinished.write_text(page(title, lines, words.HEADER, rows), encoding="utf-8")


def _objects(source: str, data: str) -> tuple[SourceDeclaration, Objects]:
    settings, file = Settings(), Path(source)
    if file.suffix == ".toml":
        if not file.is_file():
            raise SourceError("{source}: no such file; give the TOML file of a source with [profile]", source=source)
        declared = read(file, SourceDeclaration)
        return declared, objects(declared, file.parent, settings.postgis)
    sources = catalogue().sources
    if (known := sources.get(source)) is None or known.profile is None:
        raise SourceError(
            "{source}: no source with [profile]; there are {known}; or give the TOML file of one",
            source=source, known=", ".join(name for name, one in sources.items() if one.profile) or say("none"),
        )  # fmt: skip
    if data != TESTLAND:
        return known, objects(known, Path(data), settings.postgis)
    with TemporaryDirectory() as folder:
        adapter("source", SOURCES, TESTLAND)().write_records(known, Path(folder))
        return known, objects(known, Path(folder))
