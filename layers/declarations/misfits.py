"""Misfits: what one declaration names and another should have. `where` is the file, as its faults call it."""

from collections.abc import Collection, Iterator, Mapping

from geo.areas import AreaLevel
from geo.messages import Message, message
from geo.statistics.names import PLACE_SEARCH_NAMES, SEARCH_NAMES
from layers.declarations.dasymetric import Dasymetric
from layers.declarations.faults import listed
from layers.declarations.indicators import Indicator, qualified
from layers.declarations.lenses import Lens
from layers.declarations.references import Sources, column_faults, meanings, reference_faults
from layers.declarations.residents import protected_trait_of, trait_of
from layers.declarations.sources import ADDED, SourceDeclaration, columns_of
from layers.declarations.themes import Theme


def theme_faults(where: str, theme: Theme, sources: Sources, broken: Collection[str]) -> Iterator[Message]:
    """Sources, columns, squares and statistics that a theme names and that are not there.

    Nothing is said of sources that could not be read themselves (`broken`), nor of columns that may be theirs.
    """
    for indicator in theme.indicator:
        place = message("{where}: indicator {id!r}", where=where, id=indicator.id)
        if indicator.source not in sources and indicator.source not in broken:
            yield message(
                "{place}: source: unknown source {source!r}; known: {known}",
                place=place, source=indicator.source, known=listed(sources),
            )  # fmt: skip
        elif not broken:
            faults = list(reference_faults(place, indicator, sources))
            yield from faults or _protected_faults(place, indicator, sources)
            yield from () if faults else _since_faults(place, indicator, sources)
            yield from () if faults else _amount_faults(place, indicator, sources)
    if not broken:
        yield from _baseline_faults(where, theme, sources)
    statistic = theme.search.statistic
    if statistic not in (known := [*SEARCH_NAMES, *PLACE_SEARCH_NAMES]):
        yield message(
            "{where}: search.statistic: unknown statistic {statistic!r}; known: {known}",
            where=where, statistic=statistic, known=listed(known),
        )  # fmt: skip
    yield from _second_faults(where, theme)
    if theme.dasymetric is not None and theme.dasymetric.source not in broken:
        yield from _dasymetric_faults(where, theme.dasymetric, sources)


def _second_faults(where: str, theme: Theme) -> Iterator[Message]:
    """A second search that does not test every area, or is the search itself."""
    second, others = theme.search.second, [one for one in SEARCH_NAMES if one != theme.search.statistic]
    if second is not None and second not in others:
        yield message(
            "{where}: search.second: {second!r} is no other search that tests every area; take one of {known}, or "
            "leave it out",
            where=where, second=second, known=listed(others),
        )  # fmt: skip


def source_faults(
    where: str, source: SourceDeclaration, sources: Sources, broken: Collection[str]
) -> Iterator[Message]:
    """A count that figures per postcode are divided by, and that does not do; columns that tell an amount."""
    yield from _telling_faults(where, source, sources)
    by = source.dasymetric
    if by is None or by.source in broken:
        return
    place = message("{where}: dasymetric", where=where)
    weighing = sources.get(by.source)
    if weighing is not None and weighing.squares is not None and by.column in weighing.squares.column:
        yield from _confidential_faults(place, weighing)
        return
    faults = list(column_faults(place, "column", f"{by.source}.{by.column}", "", sources))
    yield from faults
    if faults or weighing is None:
        return
    yield from _confidential_faults(place, weighing)
    if weighing.native is AreaLevel.PC4 or weighing.columns[by.column].kind not in ADDED:
        yield message(
            '{place}: column: {column!r} of source {source!r} is no count per buurt: take one with kind = "count" or '
            '"stock", such as inhabitants or homes',
            place=place, column=by.column, source=by.source,
        )  # fmt: skip


def _telling_faults(where: str, source: SourceDeclaration, sources: Sources) -> Iterator[Message]:
    """Columns that read what an amount, or its largest contributions, are made of, in the same file: perturbed as a
    count, by a few, they would show what is withheld.
    """
    if not source.confidential:
        return
    for other in sources.values():
        same = other.id == source.id or (other.table and source.table and other.table.path == source.table.path)
        for name, told in other.amounts.items() if same else ():
            own = {qualified(other.id, one) for one in (name, told.largest, told.second)}
            read = {file for one in own for file in _read(other, one.partition(".")[2])}
            telling = [one for one in source.columns
                       if qualified(source.id, one) not in own and read.intersection(_read(source, one))]  # fmt: skip
            if telling:
                yield message(
                    "{where}: columns {telling} read of what the amount {name} of source {other!r} and its largest "
                    "contributions are made, and would show all but a few of what is withheld: leave them out",
                    where=where, telling=", ".join(telling), name=name, other=other.id,
                )  # fmt: skip


def _read(source: SourceDeclaration, name: str) -> list[str]:
    """What a column reads of its file, in the first of its periods."""
    return columns_of(source.columns[name].formula, source.periods[0])


def _confidential_faults(place: Message, weighing: SourceDeclaration) -> Iterator[Message]:
    if weighing.confidential:
        yield message(
            "{place}: source: {source!r} is confidential, and how figures are divided by it would tell what is in it; "
            'say status = "open" in it if everyone may have it',
            place=place, source=weighing.id,
        )  # fmt: skip


def _since_faults(place: Message, indicator: Indicator, sources: Sources) -> Iterator[Message]:
    """What became of confidential figures: their counts would follow from it, and noise does not protect it."""
    if indicator.since is None:
        return
    named = (one.partition(".")[0] if "." in one else indicator.source for one in indicator.columns)
    if closed := sorted({name for name in named if sources[name].confidential}):
        yield message(
            "{place}: since: {sources} is confidential, and what became of its figures tells how many there were; "
            'leave out `since`, and say per = {since!r} if that is a count, or status = "open" in the source if '
            "everyone may have it",
            place=place, sources=", ".join(closed), since=indicator.since,
        )  # fmt: skip


def _amount_faults(place: Message, indicator: Indicator, sources: Sources) -> Iterator[Message]:
    """An amount that is read in another way than it can be withheld in, or what its largest contributors have."""
    others = (("also_per", one.column) for one in indicator.also_per)
    for field, reference in (*indicator.references.items(), *others):
        source, _, name = meanings(reference, indicator.source, sources)[0].partition(".")
        amounts = sources[source].amounts
        if any(name in {one.largest, one.second} for one in amounts.values()):
            yield message(
                "{place}: {field}: column {column!r} is what one contributes: it says when an amount is withheld, and "
                "is shown nowhere", place=place, field=field, column=reference,
            )  # fmt: skip
        elif name in amounts and not _is_withheld(field, indicator, sources):
            yield message(
                "{place}: {field}: column {column!r} is an amount that is withheld where it is sensitive: read it as "
                "`value`, with `per` and without share; or as `per` of another amount, such as that of a year later",
                place=place, field=field, column=reference,
            )  # fmt: skip


def _is_withheld(field: str, indicator: Indicator, sources: Sources) -> bool:
    """Whether an amount is read in this field in a way that withholds it: as what is counted, or as what the amount of
    another source is divided by.
    """
    if indicator.per is None or indicator.share:
        return False
    value, per = (meanings(one, indicator.source, sources)[0] for one in (indicator.value, indicator.per))
    source, _, name = value.partition(".")
    return field == "value" or (field == "per" and per != value and name in sources[source].amounts)


def _protected_faults(place: Message, indicator: Indicator, sources: Sources) -> Iterator[Message]:
    """Columns that tell of origin, income and the like of residents: these put no place on the map."""
    others = (("also_per", one.column) for one in indicator.also_per)
    for field, reference in (*indicator.references.items(), *others):
        trait = protected_trait_of(meanings(reference, indicator.source, sources)[0], sources)
        if trait is not None:
            yield message(
                "{place}: {field}: column {column!r} says something of {trait}: that is no reason to look in a place, "
                "whatever its weight; leave the indicator out",
                place=place, field=field, column=reference, trait=trait,
            )  # fmt: skip


def lens_faults(where: str, lens: Lens, themes: Mapping[str, Theme]) -> Iterator[Message]:
    """A theme or indicators that a lens names and that are not there; a lens under which nothing weighs."""
    theme = themes.get(lens.theme)
    if theme is None:
        yield message(
            "{where}: theme: unknown theme {theme!r}; known: {known}",
            where=where, theme=lens.theme, known=listed(themes),
        )  # fmt: skip
        return
    if lens.reference not in {None, "national"} and theme.baseline(lens.reference) is None:
        yield message(
            "{where}: reference: theme {theme!r} has no section [{wanted}]",
            where=where, theme=theme.id, wanted=lens.reference,
        )  # fmt: skip
    unknown = [(at, one.indicator) for at, one in enumerate(lens.change, start=1) if one.indicator not in theme.weights]
    for at, indicator in unknown:
        yield message(
            "{where}: change {at}: indicator: theme {theme!r} has no indicator {indicator!r}; it has {known}",
            where=where, at=at, theme=theme.id, indicator=indicator, known=listed(theme.weights),
        )  # fmt: skip
    levels = [one.id for one in theme.indicator if one.per is None and one.since is None]
    for at, one in enumerate(lens.where, start=1):
        if one.indicator not in levels:
            yield message(
                "{where}: where {at}: indicator: {indicator!r} is no level of theme {theme!r}; it has {known}",
                where=where, at=at, theme=theme.id, indicator=one.indicator, known=listed(levels),
            )  # fmt: skip
    if not unknown and not any(lens.weights(theme).values()):
        yield message("{where}: every indicator has weight 0 under this lens; give at least one a weight", where=where)


def _baseline_faults(where: str, theme: Theme, sources: Sources) -> Iterator[Message]:
    """Columns of [expected] and [peers] that are not there, that tell of residents, or are what is compared itself."""
    terms = theme.expected.term if theme.expected else ()
    named = [("expected", f"term.{at}.column", one.column) for at, one in enumerate(terms, start=1)]
    named += [("peers", "columns", one) for one in (theme.peers.columns if theme.peers else ())]
    for section, field, reference in named:
        place = message("{where}: [{section}]", where=where, section=section)
        faults = list(column_faults(place, field, reference, "", sources))
        yield from faults
        if faults:
            continue
        column = meanings(reference, "", sources)[0]
        if (indicator := _counted(theme, section, sources).get(column)) is not None:
            yield message(
                "{place}: {field}: column {column!r} is what indicator {indicator!r} counts, and held against itself "
                "nothing stands out: take what stands there, or who comes there",
                place=place, field=field, column=reference, indicator=indicator,
            )  # fmt: skip
        if (trait := trait_of(column, sources)) is not None:
            yield message(
                "{place}: {field}: column {column!r} says something of {trait}; who lives somewhere is no reason to "
                "look there: take what stands there, or who comes there",
                place=place, field=field, column=reference, trait=trait,
            )  # fmt: skip


def _counted(theme: Theme, section: str, sources: Sources) -> Mapping[str, str]:
    """The columns that the indicators of [expected] or [peers] count, and which indicator does."""
    compared = theme.expected if section == "expected" else theme.peers
    own = [one for one in theme.indicator if compared is not None and one.id in compared.indicators]
    return {column: one.id for one in own for column in meanings(one.value, one.source, sources)[:1]}


def _dasymetric_faults(where: str, dasymetric: Dasymetric, sources: Sources) -> Iterator[Message]:
    squares = {name: source.squares for name, source in sources.items() if source.squares is not None}
    name, column = dasymetric.source, dasymetric.column
    if name not in sources:
        yield message(
            "{where}: dasymetric.source: source {source!r} is unknown; with squares: {known}",
            where=where, source=name, known=listed(squares),
        )  # fmt: skip
    elif name not in squares:
        yield message(
            "{where}: dasymetric.source: source {source!r} has no [squares]; with squares: {known}",
            where=where, source=name, known=listed(squares),
        )  # fmt: skip
    elif squares[name].years:
        yield message(
            "{where}: dasymetric.source: source {source!r} has squares of several years; name one of one year",
            where=where, source=name,
        )  # fmt: skip
    elif column not in squares[name].column:
        yield message(
            "{where}: dasymetric.column: the squares of source {source!r} have no column {column!r}; they have {known}",
            where=where, source=name, column=column, known=listed(squares[name].column),
        )  # fmt: skip
