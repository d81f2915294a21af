"""What tells a person: the names of columns that a municipality's own records may not have, and why (persons.toml).

zicht shows patterns over areas and never a person. Who keeps the columns out at the door need not protect them inside,
so what is not needed for a count per area is refused, also where nobody would read it (AVG art. 5(1)(c)).
"""

import re
from functools import cache
from importlib import resources

from pydantic import Field

from layers.declarations import read
from layers.indicators import Declared, Text

LONG = 6
"""Letters from which a word may be part of another and still mean what it says."""


class Kind(Declared):
    """One kind of what may not come in: the words that tell it in the name of a column, and why it may not."""

    what: Text
    words: tuple[Text, ...] = Field(min_length=1)
    unless: tuple[Text, ...] = ()
    roles: tuple[Text, ...] = ()
    why: Text

    def told_by(self, header: str) -> bool:
        """Whether the name of a column says that it is of this kind."""
        words = _words(header)
        bare = "".join(words)
        if any(one in words for one in self.unless):
            return False
        named = "naam" in words and any(one in words for one in self.roles)
        named |= any(bare in {f"naam{one}", f"{one}naam"} for one in self.roles)
        return named or any(one in words or one == bare or (len(one) >= LONG and one in bare) for one in self.words)


class Names(Declared):
    """Names of people that are common here: given names, family names, and what stands between."""

    given: tuple[Text, ...]
    family: tuple[Text, ...]
    between: tuple[Text, ...]


class Persons(Declared):
    """All kinds, and the names that a column of names is known by."""

    kind: tuple[Kind, ...] = Field(min_length=1)
    names: Names

    def kind_of(self, header: str) -> Kind | None:
        """The kind that the name of a column tells; None where it tells none."""
        return next((one for one in self.kind if one.told_by(header)), None)

    def may_name(self, header: str) -> bool:
        """Whether a column is called a name or a role, so that people's names are to be expected in it."""
        words = set(_words(header))
        return bool(words & {"naam", "name"}) or any(words & set(one.roles) for one in self.kind)


@cache
def persons() -> Persons:
    """The shipped declaration. Raises DeclarationError with its faults."""
    return read(resources.files("layers").joinpath("persons.toml"), Persons)


def _words(header: str) -> list[str]:
    """The words of a name of a column: eigenaar_naam, EigenaarNaam and "Eigenaar (naam)" are two."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return re.findall(r"[^\W\d_]+", parted.casefold())
