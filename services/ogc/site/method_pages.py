"""Which page says how a collection was made: that of its theme, where the release has one."""

from pathlib import Path

PREFIX, END = "methode-", ".html"


def pages_of(folder: Path) -> tuple[str, ...]:
    """The names of the method pages of a release; none in one of before there were any."""
    return tuple(sorted(one.name for one in folder.glob(f"{PREFIX}*{END}")))


def page_of(collection: str, pages: tuple[str, ...]) -> str | None:
    """The page of the theme of a collection, by its address; None of areas, which have no theme.

    >>> page_of("indicatoren-drugs-gemeente-gemeente", ("methode-drugs.html", "methode-drugs_gemeente.html"))
    'methode-drugs_gemeente.html'
    """
    themes = {page: page.removeprefix(PREFIX).removesuffix(END).replace("_", "-") for page in pages}
    own = [
        page
        for page, theme in themes.items()
        if collection == f"zoekgebieden-{theme}" or collection.startswith(f"indicatoren-{theme}-")
    ]
    return max(own, key=len, default=None)
