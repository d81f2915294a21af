"""Catalog: every theme, lens and source that is declared, checked against one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from geo.errors import DeclarationError, UnknownNameError
from geo.statistics import SEARCHES
from layers.declarations.columns import formula_faults
from layers.declarations.indicators import Declared, Indicator
from layers.declarations.lenses import BASIS, Lens
from layers.declarations.reading import digest, read
from layers.declarations.sources import SourceDeclaration
from layers.declarations.themes import Dasymetric, Theme


@dataclass(frozen=True, slots=True)
class Catalog:
    """All declarations by id, and the sha256 of each file as `<kind>/<id>`."""

    themes: Mapping[str, Theme]
    lenses: Mapping[str, Lens]
    sources: Mapping[str, SourceDeclaration]
    digests: Mapping[str, str]

    def theme(self, name: str) -> Theme:
        """The theme of that name. Raises UnknownNameError listing those there are."""
        if name not in self.themes:
            raise UnknownNameError("theme", name, self.themes)
        return self.themes[name]

    def lens(self, name: str, theme: Theme) -> Lens | None:
        """The lens of that name for the theme; None for the basis. Raises UnknownNameError listing those there are."""
        known = {lens.id: lens for lens in self.lenses.values() if lens.theme == theme.id}
        if name != BASIS and name not in known:
            raise UnknownNameError(f"lens for theme {theme.id!r}", name, [BASIS, *known])
        return known.get(name)

    def sources_of(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads, by id: those it names and those that hold its exposures."""
        wanted = {column for one in theme.indicator for column in one.columns}
        named = {one.source for one in theme.indicator}
        return [
            source for name, source in sorted(self.sources.items()) if name in named or wanted & set(source.columns)
        ]

    def needed_by(self, theme: Theme) -> list[SourceDeclaration]:
        """The sources that a theme reads, and the one by whose squares it spreads figures over hexagons."""
        read = self.sources_of(theme)
        spread = self.sources[theme.spread.source] if theme.spread else None
        return [*read, *([spread] if spread and spread not in read else [])]

    def digests_of(self, theme: Theme, lens: Lens | None) -> dict[str, str]:
        """The digests of every declaration that a map of this theme under this lens rests on."""
        used = [f"themes/{theme.id}", *(f"sources/{one.id}" for one in self.needed_by(theme))]
        if lens is not None:
            used.append(f"lenses/{lens.id}")
        return {name: self.digests[name] for name in used}


def load(root: Traversable | None = None) -> Catalog:
    """Read and check all declarations below `root` (default: those of zicht).

    Raises DeclarationError with the faults of all files at once.
    """
    root = root or resources.files("layers")
    faults: list[str] = []
    digests: dict[str, str] = {}
    themes = _folder(root, "themes", Theme, faults, digests)
    lenses = _folder(root, "lenses", Lens, faults, digests)
    sources = _folder(root, "sources", SourceDeclaration, faults, digests)
    faults += _column_faults(sources)
    faults += [fault for one in sources.values() for fault in formula_faults(one)]
    for theme in themes.values():
        faults += _theme_faults(theme, sources)
    for lens in lenses.values():
        faults += _lens_faults(lens, themes)
    if faults:
        raise DeclarationError(faults)
    return Catalog(themes, lenses, sources, digests)


def _folder[Kind: Declared](
    root: Traversable, name: str, kind: type[Kind], faults: list[str], digests: dict[str, str]
) -> dict[str, Kind]:
    """Everything in one folder, by id; faults are gathered, not raised, so that all files are read."""
    folder = root.joinpath(name)
    found: dict[str, Kind] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else []:
        if not file.name.endswith(".toml"):
            continue
        digests[f"{name}/{file.name.removesuffix('.toml')}"] = digest(file)
        try:
            found[file.name.removesuffix(".toml")] = read(file, kind)
        except DeclarationError as wrong:
            faults += [f"{name}/{fault}" for fault in wrong.faults]
    return found


def _column_faults(sources: Mapping[str, SourceDeclaration]) -> list[str]:
    """Columns that two sources declare: which one an indicator means would depend on their order."""
    owner: dict[str, str] = {}
    return [
        f"sources/{source.id}.toml: columns.{column}: source {owner[column]!r} has one of that name; choose another"
        for source in sources.values()
        for column in source.columns
        if owner.setdefault(column, source.id) != source.id
    ]


def _theme_faults(theme: Theme, sources: Mapping[str, SourceDeclaration]) -> list[str]:
    where = f"themes/{theme.id}.toml"
    faults = [fault for one in theme.indicator for fault in _indicator_faults(where, one, sources)]
    if theme.search.statistic not in SEARCHES:
        faults.append(
            f"{where}: search.statistic: unknown statistic {theme.search.statistic!r}; known: {', '.join(SEARCHES)}"
        )
    return faults + _spread_faults(where, theme.spread, sources)


def _spread_faults(where: str, spread: Dasymetric | None, sources: Mapping[str, SourceDeclaration]) -> list[str]:
    if spread is None:
        return []
    squared = {name: one.squares for name, one in sources.items() if one.squares is not None}
    if spread.source not in squared:
        what = "has no [squares]" if spread.source in sources else "is unknown"
        known = f"with squares: {', '.join(squared) or 'none'}"
        return [f"{where}: spread.source: source {spread.source!r} {what}; {known}"]
    columns = squared[spread.source].column
    if spread.column not in columns:
        has = f"the squares of source {spread.source!r} have no column {spread.column!r}"
        return [f"{where}: spread.column: {has}; they have {', '.join(columns)}"]
    return []


def _indicator_faults(where: str, one: Indicator, sources: Mapping[str, SourceDeclaration]) -> list[str]:
    place = f"{where}: indicator {one.id!r}"
    if one.source not in sources:
        return [f"{place}: source: unknown source {one.source!r}; known: {', '.join(sources)}"]
    known = {column for source in sources.values() for column in source.columns}
    faults = []
    if one.value not in sources[one.source].columns:
        columns = ", ".join(sources[one.source].columns)
        faults.append(f"{place}: value: source {one.source!r} has no column {one.value!r}; it has {columns}")
    for field in ("per", "mean_weight"):
        column = getattr(one, field)
        if column is not None and column not in known:
            faults.append(f"{place}: {field}: no source has a column {column!r}; known: {', '.join(sorted(known))}")
    return faults


def _lens_faults(lens: Lens, themes: Mapping[str, Theme]) -> list[str]:
    where = f"lenses/{lens.id}.toml"
    if lens.theme not in themes:
        return [f"{where}: theme: unknown theme {lens.theme!r}; known: {', '.join(themes)}"]
    theme = themes[lens.theme]
    known = theme.weights
    faults = [
        f"{where}: change {at}: indicator: theme {theme.id!r} has no indicator {one.indicator!r}; "
        f"it has {', '.join(known)}"
        for at, one in enumerate(lens.change, start=1)
        if one.indicator not in known
    ]
    if not faults and not any(lens.weights(theme).values()):
        faults.append(f"{where}: every indicator has weight 0 under this lens; give at least one a weight")
    return faults
