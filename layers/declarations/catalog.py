"""Catalog: every theme, lens, source and correction that is declared, checked against one another."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from geo.errors import DeclarationError, UnknownNameError
from geo.messages import Message, message
from layers.declarations.columns import formula_faults
from layers.declarations.corrections import Correction, Corrections, correction_faults
from layers.declarations.indicators import Declared
from layers.declarations.lenses import BASIS, Lens
from layers.declarations.misfits import lens_faults, source_faults, theme_faults
from layers.declarations.reading import digest, digest_of, meaning, read
from layers.declarations.references import resolved
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Theme

SHIPPED: Traversable = resources.files("layers")
"""The folder with the declarations of zicht itself."""

KINDS = ("themes", "lenses", "sources", "corrections")
"""The folders that declarations stand in."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All declarations by id; and, as `<kind>/<id>`, the digest of what each says and the sha256 of its file."""

    themes: Mapping[str, Theme]
    lenses: Mapping[str, Lens]
    sources: Mapping[str, SourceDeclaration]
    digests: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, Corrections] = field(default_factory=dict)

    def theme(self, name: str) -> Theme:
        """The theme of that name. Raises UnknownNameError listing those there are."""
        if name not in self.themes:
            raise UnknownNameError(message("theme"), name, self.themes)
        return self.themes[name]

    def lens(self, name: str, theme: Theme) -> Lens | None:
        """The lens of that name for the theme; None for the basis. Raises UnknownNameError listing those there are."""
        lenses = {lens.id: lens for lens in self.lenses.values() if lens.theme == theme.id}
        if name != BASIS and name not in lenses:
            raise UnknownNameError(message("lens for theme {theme!r}", theme=theme.id), name, [BASIS, *lenses])
        return lenses.get(name)

    def sources_of(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads, by id: those that hold its columns."""
        owners = {column.partition(".")[0] for indicator in theme.indicator for column in indicator.columns}
        return [source for name, source in sorted(self.sources.items()) if name in owners]

    def compared_by(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources of what its events are compared with, by id: of its [expected] and [peers], and of `also_per`."""
        columns = [one.column for one in theme.expected.term] if theme.expected else []
        columns += theme.peers.columns if theme.peers else ()
        columns += [one.column for indicator in theme.indicator for one in indicator.also_per]
        owners = {column.partition(".")[0] for column in columns}
        return [source for name, source in sorted(self.sources.items()) if name in owners]

    def needed_by(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads, those that weigh a dasymetric interpolation, and those of what its events are
        compared with.
        """
        read = self.sources_of(theme)
        by = (theme.dasymetric, *(one.dasymetric for one in read))
        weighing = [self.sources[one.source] for one in by if one is not None]
        every = [*read, *weighing, *self.compared_by(theme)]
        return list({source.id: source for source in every}.values())

    def corrections_of(self, source: str) -> tuple[Correction, ...]:
        """What is to be corrected of the figures of a source."""
        return tuple(one for every in self.corrections.values() if every.source == source for one in every.correction)

    def digests_of(self, theme: Theme, lens: Lens | None) -> dict[str, str]:
        """The digests of every declaration that a map of this theme under this lens rests on."""
        return {name: self.digests[name] for name in self.names_of(theme, lens)}

    def meanings_of(self, theme: Theme, lens: Lens | None) -> dict[str, dict[str, Any]]:
        """What each of these declarations says; of corrections the layer itself says it."""
        said = {f"themes/{theme.id}": meaning(theme)}
        said |= {f"sources/{source.id}": meaning(source) for source in self.needed_by(theme)}
        return said | ({f"lenses/{lens.id}": meaning(lens)} if lens is not None else {})

    def files_of(self, theme: Theme, lens: Lens | None) -> dict[str, str]:
        """The sha256 of the file of each of these declarations."""
        return {name: self.files[name] for name in self.names_of(theme, lens)}

    def names_of(self, theme: Theme, lens: Lens | None) -> list[str]:
        """Every declaration that a map of this theme under this lens rests on, as `<kind>/<id>`."""
        sources = {source.id for source in self.needed_by(theme)}
        names = [f"themes/{theme.id}", *(f"sources/{source.id}" for source in self.needed_by(theme))]
        names += [f"corrections/{name}" for name, one in self.corrections.items() if one.source in sources]
        if lens is not None:
            names.append(f"lenses/{lens.id}")
        return names


def load(*own: Path) -> Catalog:
    """Read and check the declarations of zicht and those in a municipality's own folders, as one catalog.

    Raises DeclarationError with the faults of all files in all folders at once.
    """
    return catalog_of(SHIPPED, *own)


def catalog_of(*folders: Traversable) -> Catalog:
    """The declarations in these folders, each with one of `KINDS`. Raises DeclarationError as `load`."""
    faults: list[Message | str] = []
    files = _files(folders, faults)
    faults += _double_faults(files)
    themes = _of_kind(files, "themes", Theme, faults)
    lenses = _of_kind(files, "lenses", Lens, faults)
    sources = _of_kind(files, "sources", SourceDeclaration, faults)
    corrections = _of_kind(files, "corrections", Corrections, faults)
    where = {f"{one.kind}/{one.id}": one.where for one in reversed(files)}
    broken = {one.id for one in files if one.kind == "sources"} - sources.keys()
    for name, source in sources.items():
        faults += formula_faults(where[f"sources/{name}"], source)
        faults += source_faults(where[f"sources/{name}"], source, sources, broken)
    for name, theme in themes.items():
        faults += theme_faults(where[f"themes/{name}"], theme, sources, broken)
    for name, lens in lenses.items():
        if lens.theme not in themes and f"themes/{lens.theme}" in where:
            continue
        faults += lens_faults(where[f"lenses/{name}"], lens, themes)
    readable = {name: one for name, one in corrections.items() if one.source not in broken}
    faults += correction_faults({name: where[f"corrections/{name}"] for name in readable}, readable, sources)
    if faults:
        raise DeclarationError(faults)
    themes = {name: resolved(theme, sources) for name, theme in themes.items()}
    kinds: dict[str, Mapping[str, Declared]] = {
        "themes": themes, "lenses": lenses, "sources": sources, "corrections": corrections,
    }  # fmt: skip
    digests = {
        f"{kind}/{name}": digest_of(meaning(one)) for kind, declared in kinds.items() for name, one in declared.items()
    }
    by_file = {f"{one.kind}/{one.id}": digest(one.file) for one in files}
    return Catalog(themes, lenses, sources, digests, by_file, corrections)


@dataclass(frozen=True, slots=True)
class _File:
    """A declaration that is to be read; `where` is what its faults call it: its folder, kind and file name."""

    kind: str
    file: Traversable
    where: str

    @property
    def id(self) -> str:
        return self.file.name.removesuffix(".toml")


def _files(folders: Iterable[Traversable], faults: list[Message | str]) -> list[_File]:
    """The files of all folders; a folder that is named twice is read once."""
    once: dict[Path, Traversable] = {}
    for folder in folders:
        once.setdefault(Path(str(folder)).resolve(), folder)
    files: list[_File] = []
    for folder in once.values():
        inside = _within(folder)
        if not inside:
            faults.append(_nothing_in(folder))
        files += inside
    return files


def _double_faults(files: Iterable[_File]) -> Iterator[Message]:
    """Names that two folders have: a file replaces no other, so that nobody is shown another theme than he thinks."""
    first: dict[str, _File] = {}
    for one in files:
        other = first.setdefault(f"{one.kind}/{one.id}", one)
        if other is not one:
            yield message(
                "{where}: id: {other} has the same, and is not replaced; choose another id and file name",
                where=one.where, other=other.where,
            )  # fmt: skip


def _within(folder: Traversable) -> list[_File]:
    """The files of one folder by kind and name; other files, and hidden ones that systems leave behind, are let be."""
    return [
        _File(kind, file, f"{folder}/{kind}/{file.name}")
        for kind in KINDS
        if folder.joinpath(kind).is_dir()
        for file in sorted(folder.joinpath(kind).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml") and not file.name.startswith(".")
    ]


def _nothing_in(folder: Traversable) -> Message:
    if not folder.is_dir():
        return message(
            "{folder}: no such folder; it must hold themes/, lenses/, sources/ or corrections/", folder=str(folder)
        )
    return message(
        "{folder}: declares nothing; it must hold themes/, lenses/, sources/ or corrections/ with a file in TOML",
        folder=str(folder),
    )


def _of_kind[Kind: Declared](
    files: Iterable[_File], name: str, kind: type[Kind], faults: list[Message | str]
) -> dict[str, Kind]:
    """Everything of one kind, by id; faults are gathered, not raised, so that all files are read."""
    declared: dict[str, Kind] = {}
    first: dict[str, _File] = {}
    for one in files:
        if one.kind == name:
            first.setdefault(one.id, one)
            try:
                content = read(one.file, kind, one.where)
            except DeclarationError as broken:
                faults += broken.faults
            else:
                if first[one.id] is one:
                    declared[one.id] = content
    return declared
