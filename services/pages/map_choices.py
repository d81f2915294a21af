"""What a reader of the map chooses between: theme, level, lens and period, with their titles."""

from collections.abc import Hashable, Sequence
from typing import cast

from layers.messages import said, say
from layers.publication.collection import Collection
from layers.publication.fields import LENS, LEVEL, PERIOD, THEME
from services.pages.map_columns import Packed

CHOICE = (THEME, LEVEL, LENS, PERIOD)
"""What a reader chooses between; each combination is one picture."""


def choices_of(shown: Sequence[Packed], collections: Sequence[Collection]) -> list[Packed]:
    """The options of each choice: the first is shown when the map opens."""
    themes = theme_titles(collections)
    choices = []
    for field in CHOICE:
        options = list(dict.fromkeys(one[field.name] for one in shown))
        if field == PERIOD:
            options.sort(key=lambda period: -int(str(period)))
        if field == LENS:
            options.sort(key=lambda lens: lens != "basis")
        titles = [themes.get(str(one), str(one)) if field == THEME else one for one in options]
        if field == LENS:
            titles = [_lens_title(str(one), collections) for one in options]
        choices.append({"name": field.name, "title": said(field.title), "options": options, "titles": titles})
    return choices


def theme_titles(collections: Sequence[Collection]) -> dict[str, str]:
    """What each theme is called: the title of its zoekgebieden, without what that says of zoekgebieden and Testland,
    which the page says itself.
    """
    of_zoekgebieden = say("{theme}: kansrijke zoekgebieden", theme="")
    return {
        one.id.removeprefix("zoekgebieden_"): one.title.removesuffix(" (Testland)").removesuffix(of_zoekgebieden)
        for one in collections
    }


def _lens_title(lens: str, collections: Sequence[Collection]) -> str:
    """What a lens is called; its code where no collection says more, as in releases of before they did."""
    named = [one for collection in collections for one in collection.fields if one.name == LENS.name]
    return next((said(one.codes[lens]) for one in named if lens in one.codes), lens)


def lens_notes(collections: Sequence[Collection]) -> dict[str, str]:
    """Why each lens changes what it changes, by its title: a line of the description of its column."""
    lines = [line for one in collections for field in one.fields if field.name == LENS.name
             for line in str(field.description).splitlines()[1:]]  # fmt: skip
    titles = {said(title) for one in collections for field in one.fields if field.name == LENS.name
              for title in field.codes.values()}  # fmt: skip
    return {title: line for title in sorted(titles) for line in lines if line.startswith(f"{title}: ")}


def choice_of(key: Hashable) -> Packed:
    """The choice that a group of rows by `CHOICE` is of."""
    theme, level, lens, period = cast("tuple[str, str, str, int]", key)
    return {THEME.name: theme, LEVEL.name: level, LENS.name: lens, PERIOD.name: int(period)}
