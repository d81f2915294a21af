"""Which gemeente is meant: by its code, or by its name as people type it."""

import unicodedata
from collections.abc import Mapping

from geo.errors import AreaError, UnknownNameError, first_few
from geo.messages import message

COLLOQUIAL = {"den haag": "'s-gravenhage", "den bosch": "'s-hertogenbosch"}
"""Names in daily use, by the official ones that CBS has."""

BETWEEN = frozenset({"en", "aan", "den", "de", "der", "bij", "op", "in", "van"})
"""Words that have no capital within the name of a gemeente."""


def with_capitals(name: str) -> str:
    """The name of a gemeente as it is written, of one that stands in small letters; else as it is.

    >>> with_capitals("capelle aan den ijssel"), with_capitals("'s-gravenhage"), with_capitals("bergen (nh.)")
    ('Capelle aan den IJssel', "'s-Gravenhage", 'Bergen (NH.)')
    """
    if name != name.lower():
        return name
    first, *others = name.split(" ")
    return " ".join([_capital(first), *(one if one in BETWEEN else _capital(one) for one in others)])


def _capital(word: str) -> str:
    if word.startswith("("):
        return word.upper()
    parts = word.split("-")
    return "-".join(f"IJ{one[2:]}" if one.startswith("ij") else one[:1].upper() + one[1:] for one in parts)


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
