"""Which gemeente is meant: by its code, or by its name as people type it."""

import unicodedata
from collections.abc import Mapping

from geo.errors import AreaError, UnknownNameError, first_few
from geo.messages import message

COLLOQUIAL = {"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"}
"""Names in daily use, by the official ones that CBS has."""


def code_of(gemeente: str, names: Mapping[str, str]) -> str:
    """The code of a gemeente, among `names` by code; capitals and accents do not matter.

    A whole name goes before names that begin so: Utrecht is not Utrechtse Heuvelrug. Where the boundary file has no
    names, each code stands as its own name.

    Raises UnknownNameError for one that is not there, AreaError for the beginning of several names, and for a
    name where there are codes only.

    >>> code_of("sudwest", {"GM1900": "Súdwest-Fryslân", "GM0363": "Amsterdam"})
    'GM1900'
    """
    typed = _plain(gemeente)
    typed = COLLOQUIAL.get(typed, typed)
    by_name = [code for code, name in names.items() if _plain(name) == typed]
    codes = [code for code in names if code.lower() == typed] or by_name
    codes = codes or [code for code, name in names.items() if typed and _plain(name).startswith(typed)]
    listed = [code if code == names[code] else f"{code} {names[code]}" for code in codes or names]
    if not codes and all(code == name for code, name in names.items()):
        raise AreaError(
            "{name!r} is no code of a gemeente, and the boundary file has no names of gemeenten; give a code: {known}",
            name=gemeente, known=first_few(listed, 12),
        )  # fmt: skip
    if not codes:
        raise UnknownNameError(message("gemeente"), gemeente, listed)
    if len(codes) > 1:
        raise AreaError("{name!r} may be any of these gemeenten; give a code: {known}", name=gemeente, known=listed)
    return codes[0]


def _plain(name: str) -> str:
    """In small letters, without accents and spaces around it."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
