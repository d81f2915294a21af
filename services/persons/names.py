"""How people's names are written: J. de Vries; Vries, J. de; mevr. A. van den Berg; JANSEN, PIET; fatma yildiz.

The words of a cell become letters, one for each kind of word, and what a name looks like is said in those letters.
Kinds of words, the first that fits:

    ,  a comma            C  dhr, mevr            F  a common family name    p  small, with points: p.j.
    P  of a place         A  dr., fam.            f  one that is a word too  i  capitals: PJ
    b  between: van, de   a  the same without .   I  initials: P.J.          s  one or two small letters
                          G  a common given name                             S  with a capital   w  any other

Without a header that announces names, an unknown family name is one only beside initials with points, a title or a
common given name. Accents make no difference, nor capitals where a name is common.
"""

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from layers.declarations.persons import persons, without_accents

FAMILY = "(?:b*[FfSG]){1,2}"
KNOWN = "b*F(?:b*[FfSG])?"
TITLED = "[CAa]*"
WAYS = (
    f"{TITLED}I+G*{FAMILY}",  # J. de Vries; drs. ing. P. Jansen
    f"{TITLED}[ips]+{KNOWN}",  # PJ Jansen; pj jansen
    f"{TITLED}p+b*f",  # p.j. de boer
    "b?[CAa]*C[CAa]*[Iips]*G*(?:b*[FfSGiw]){1,2}",  # mevr. van den Berg; mw. smolders
    f"[CAa]*A[CAa]*i*{FAMILY}",  # dr. Smolders; fam. Smolders
    f"{TITLED}{FAMILY},[IG]+b*",  # Vries, J. de; BOER, FATMA
    f"{TITLED}{KNOWN},?[IGips]+b*",  # Jansen Piet; jansen, pj
    f"{TITLED}G[GIS]*(?:b*[FfSG])?",  # Jan; Fatma Yildiz; Kees van 't Hof
    f"{TITLED}(?:{KNOWN}|b+f)",  # Jansen; de Groot
)
ALSO_EXPECTED = (
    f"i+{FAMILY}",  # P Smolders
    f"{FAMILY}(?:,i|I)+b*",  # Smolders, PJ; Smolders P.J.
    "Gb*w",  # jan smolders
)
LETTER, CAPITAL, SMALL = r"[A-Za-z\x{C0}-\x{24F}]", "[A-ZÆØĐŁ]", "[a-zßæøđł]"
"""Of what is left without accents; the classes of Unicode are so large that they take most of the time."""
LONGEST = 80
"""Letters of a name; what is longer is a remark."""
TAIL = (
    r"(?i)\s*[;|\n].*$|[\s,]+(?:(?:sr|jr|c\.?s)\.?|(?:e/v|e\.v\.|ev|geb|gesch|gehuwd|wed|weduwe|alias)\b.*"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})$"
)


def named(cells: pa.Array, *, expected: bool) -> pa.Array:
    """Which cells are written as people's names are; `expected` where the header announces them."""
    apart = _apart(cells)
    words = pc.utf8_split_whitespace(pc.if_else(pc.greater(pc.utf8_length(apart), LONGEST), "", apart))
    told = pc.binary_join(pa.ListArray.from_arrays(words.offsets, _kinds(words.flatten())), "")
    ways = (*WAYS, *ALSO_EXPECTED) if expected else WAYS
    return pc.match_substring_regex(told, f"^(?:{'|'.join(ways)})$")


def plain(cells: pa.Array) -> pa.Array:
    """Cells without accents, as `without_accents` makes them."""
    bare = pc.replace_substring_regex(pc.utf8_normalize(cells, "NFKD"), r"[\x{300}-\x{36F}]", "")
    return pc.replace_substring(bare, "\N{LATIN SMALL LETTER DOTLESS I}", "i")


def _apart(cells: pa.Array) -> pa.Array:
    """Cells with blanks between words, initials and commas, without what stands behind a name or in brackets."""
    one = pc.replace_substring(plain(cells), "\N{RIGHT SINGLE QUOTATION MARK}", "'")
    one = pc.replace_substring_regex(one, r"\([^)]*\)?", " ")
    one = pc.replace_substring_regex(pc.utf8_trim_whitespace(one), TAIL, "")
    one = pc.replace_substring_regex(one, rf"\.({LETTER}{{2}})", r". \1")
    one = pc.replace_substring_regex(one, rf"({LETTER})-({LETTER})", r"\1 \2")
    return pc.utf8_trim_whitespace(pc.replace_substring(one, ",", " , "))


def _kinds(words: pa.Array) -> pa.Array:
    """The kind of each word, as a letter."""
    small = pc.utf8_lower(words)
    bare = pc.utf8_rtrim(small, ".")
    known = _known()
    place = rf"{LETTER}(?:{'|'.join(map(re.escape, persons().places.ends))})$"
    fits = {
        ",": pc.equal(words, ","),
        "P": pc.or_(pc.is_in(bare, known["places"]), pc.match_substring_regex(small, place)),
        "b": pc.is_in(small, known["between"]),
        "C": pc.is_in(bare, known["address"]),
        "A": pc.and_(pc.is_in(bare, known["titles"]), pc.ends_with(words, ".")),
        "a": pc.is_in(bare, known["titles"]),
        "G": pc.is_in(small, known["given"]),
        "F": pc.is_in(small, known["family"]),
        "f": pc.is_in(small, known["words"]),
        "I": pc.match_substring_regex(words, rf"^(?:(?:{CAPITAL}|Th|Ch|Chr|Ph|Fr|IJ|Tj|Sj)\.-?)+$"),
        "p": pc.match_substring_regex(words, rf"^(?:{SMALL}\.)+$"),
        "i": pc.match_substring_regex(words, rf"^{CAPITAL}{{1,4}}$"),
        "s": pc.match_substring_regex(words, rf"^{SMALL}{{1,2}}$"),
        "S": pc.match_substring_regex(words, rf"^{CAPITAL}(?:{LETTER}|')+$"),
    }
    return pc.case_when(pa.StructArray.from_arrays(list(fits.values()), names=list(fits)), *fits, "w")


@cache
def _known() -> dict[str, pa.Array]:
    """The declared words by their kind, small and without accents."""
    lists = {"places": persons().places.words} | persons().names.model_dump()
    return {
        kind: pa.array([without_accents(one).lower() for one in words], pa.string()) for kind, words in lists.items()
    }
