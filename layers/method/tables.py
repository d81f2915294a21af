"""Tables: from a raw table as a source delivers it to figures that are right, or an error that says what is wrong."""

from dataclasses import replace

import pandas as pd

from boundaries.cbs import COARSENESS, OPEN_WATER
from boundaries.codes import PATTERNS, level_of, parents
from geo.areas import AreaLevel
from geo.errors import SourceError, first_few
from geo.messages import Message, message, plural
from geo.unknown import Unknown
from layers.declarations.sources import ADDED, SourceDeclaration, columns_of
from layers.method import numbers
from layers.method.buildable import check_years
from layers.method.columns import figures_of_columns
from layers.method.figures import Figures

LEAST_COVERED = 0.9
"""Share of all areas a table must hold: without the country there is no national mean."""
LARGER = r"(NL|LD|PV|CR)[0-9]{0,2}"
"""The country, its parts, provinces and COROP regions, which tables have beside gemeenten."""


def figures_from_table(
    raw: pd.DataFrame,
    source: SourceDeclaration,
    period: int,
    areas: pd.Index,
    spare: frozenset[str],
    *,
    part: bool = False,
) -> Figures:
    """The declared columns of `source` for all `areas`, from its raw table; rows of other levels are passed over.

    Where the areas are a part of the country only, figures of other areas in the table are there too, after theirs:
    the national value is that of all of them.

    Args:
        raw: the table as delivered; the key as column or index.
        source: what its columns mean.
        period: year of the figures.
        areas: the codes of all areas of the vintage, sorted.
        spare: codes that may be in the table though the boundaries have no polygon for them.
        part: whether the areas are a gemeente or region, and not all of the country.

    Raises SourceError for a table that is not what its declaration says, or of another vintage or period.
    """
    where = message("source {id!r}", id=source.id)
    if source.table:
        where = message("{source} ({path})", source=where, path=source.table.path)
    if period not in source.years:
        check_years([source], period)
        raise SourceError(
            "{where}: no figures for period {period}; it has {periods}",
            where=where,
            period=period,
            periods=[str(one) for one in source.years],
        )
    keyed = keyed_by_area(raw, source, where)
    level = level_of(areas[0])
    check_native(source, level, where)
    if _must_be_summed(keyed.index, source, areas, level):
        figures = _summed(keyed, source, period, level, where)
        elsewhere = figures.values.index.difference(areas) if part else areas[:0]
        return figures.of(areas.append(elsewhere) if len(elsewhere) else areas)
    others = "|".join([LARGER, *(pattern for other, pattern in PATTERNS.items() if other is not level)])
    keyed = keyed[~keyed.index.str.fullmatch(others)]
    strange = keyed.index[~keyed.index.isin(areas) & ~keyed.index.isin(list(spare))]
    elsewhere = _elsewhere(strange, areas, level) if part else strange[:0]
    blank = strange.intersection(without_figure(keyed, source))
    keyed = keyed.drop(blank.difference(elsewhere))
    strange = strange.difference(elsewhere).difference(blank)
    if source.codes_of is not None:
        strange = strange[~strange.str.fullmatch(PATTERNS[level])]
    _check_codes(keyed.index, strange, source, where, part=part)
    check_covered(keyed.index, areas, where, part=part)
    codes = areas.append(elsewhere.sort_values()) if len(elsewhere) else areas
    figures = figures_of_columns(keyed[keyed.index.isin(codes)], source, period, codes, where)
    return replace(figures, blank=blank.intersection(elsewhere)) if len(elsewhere) else figures


def keyed_by_area(raw: pd.DataFrame, source: SourceDeclaration, where: Message) -> pd.DataFrame:
    """A raw table by the codes of its areas. Raises SourceError where it has none, or one of them twice."""
    if source.key not in raw:
        raise SourceError(
            "{where}: key column {key!r} is missing; found {columns!r}",
            where=where,
            key=source.key,
            columns=list(raw.columns),
        )
    keyed = raw.assign(**{source.key: raw[source.key].astype(str).str.strip()}).set_index(source.key)
    if not keyed.index.is_unique:
        doubles = keyed.index[keyed.index.duplicated()].unique()
        occurring = plural("1 code occurs more than once", "{count} codes occur more than once", count=len(doubles))
        raise SourceError(
            "{where}: {occurring} in column {key!r}: {codes}; keep one row for each area",
            where=where,
            occurring=occurring,
            key=source.key,
            codes=first_few(doubles),
        )
    return keyed


def check_native(source: SourceDeclaration, level: AreaLevel, where: Message) -> None:
    """Raise SourceError where the areas are finer than the figures: that of a gemeente is no figure of its buurten."""
    if not source.own and COARSENESS.index(source.native) > COARSENESS.index(level):
        raise SourceError(
            "{where}: has figures per {native}, which say nothing of the {level} in it; build at level {native}",
            where=where, native=source.native.value, level=level.value,
        )  # fmt: skip


def _must_be_summed(codes: pd.Index, source: SourceDeclaration, areas: pd.Index, level: AreaLevel) -> bool:
    """Whether figures of these areas follow from finer ones: the table has none of their own."""
    if source.own or COARSENESS.index(source.native) >= COARSENESS.index(level):
        return False
    return not codes.isin(areas).any() and bool(codes.str.fullmatch(PATTERNS[source.native]).any())


def _summed(keyed: pd.DataFrame, source: SourceDeclaration, period: int, level: AreaLevel, where: Message) -> Figures:
    """Counts and stocks of the finer areas of a source, summed by their codes; unknown where a part of them is."""
    finer = keyed[keyed.index.str.fullmatch(PATTERNS[source.native])].sort_index()
    added = {name: column for name, column in source.columns.items() if column.kind in ADDED}
    figures = figures_of_columns(finer, source.model_copy(update={"columns": added}), period, finer.index, where)
    return summed_figures(figures, parents(finer.index, level))


def summed_figures(figures: Figures, larger: pd.Index) -> Figures:
    """Figures added up to larger areas, of which `larger` has the code of each; unknown where a part of one is."""
    known = figures.values.notna().groupby(larger).all()
    values = figures.values.groupby(larger).sum().where(known)
    reasons = pd.DataFrame(None, index=values.index, columns=values.columns, dtype=object)
    margins = None if figures.margins is None else figures.margins.groupby(larger).sum()
    keys = None if figures.keys is None else figures.keys.groupby(larger).sum()
    return Figures(values, reasons.mask(values.isna(), Unknown.PARTLY), margins, keys)


def without_figure(keyed: pd.DataFrame, source: SourceDeclaration) -> pd.Index:
    """The codes whose rows hold no figure: CBS lists every code there ever was."""
    columns = [name for name in keyed if name in _all_columns(source)]
    empty = keyed[columns].astype("string").apply(lambda cells: cells.isna() | cells.str.strip().isin(numbers.NOTHING))
    return keyed.index[empty.all(axis=1)] if columns else keyed.index[:0]


def _all_columns(source: SourceDeclaration) -> set[str]:
    periods = source.periods
    return {name for one in source.columns.values() for of in periods for name in columns_of(one.formula, of)}


def _elsewhere(strange: pd.Index, areas: pd.Index, level: AreaLevel) -> pd.Index:
    """Codes that may be of the rest of the country: well formed, and of gemeenten of which there are no areas here. An
    own boundary file has whole gemeenten, so another code of one of these is a typing error or of another vintage.
    """
    ours = strange[strange.str.fullmatch(PATTERNS[level])]
    of_another = ~parents(ours, AreaLevel.GEMEENTE).isin(parents(areas, AreaLevel.GEMEENTE))
    water = ours.str.endswith(OPEN_WATER.get(level, "-"))
    return ours[of_another | water]


def _check_codes(codes: pd.Index, strange: pd.Index, source: SourceDeclaration, where: Message, *, part: bool) -> None:
    if not len(strange):
        return
    unknown = plural(
        "1 of {total:,} codes is", "{count:,} of {total:,} codes are", count=len(strange), total=len(codes)
    )
    if part:
        raise SourceError(
            "{where}: {unknown} not in the boundary file of {year}, though of its gemeenten or no "
            "codes at all: {codes}; they are misspelt, or of another year: give a boundary file of whole gemeenten, of "
            "the year of the figures",
            where=where, unknown=unknown, year=source.vintage, codes=first_few(strange),
        )  # fmt: skip
    raise SourceError(
        "{where}: {unknown} not in the vintage of {vintage}: {codes}; they are misspelt, or of "
        "another year: convert them or declare another vintage",
        where=where, unknown=unknown, vintage=source.vintage, codes=first_few(strange),
    )  # fmt: skip


def check_covered(codes: pd.Index, areas: pd.Index, where: Message, *, part: bool) -> None:
    """Nearly all areas have a row: of an area without one nothing is known, and a mean of the others is not theirs."""
    covered = float(areas.isin(codes).mean())
    if covered >= LEAST_COVERED:
        return
    if part:
        raise SourceError(
            "{where}: only {covered:.0%} of the {count} areas of the boundary file have a row; give a table that has "
            "them",
            where=where, covered=covered, count=len(areas),
        )  # fmt: skip
    raise SourceError(
        "{where}: only {covered:.0%} of the {total} areas of the country have a row; a part of the country has no "
        "national mean; give the national table, or a boundary file of that part",
        where=where, covered=covered, total=len(areas),
    )  # fmt: skip
