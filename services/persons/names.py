"""How people's names are written: J. de Vries; Vries, J. de; mevr. A. van den Berg; JANSEN, PIET; fatma yildiz.

Each word of a cell is of one `Word` kind, the first that fits; a cell is a name where the letters of its kinds, in
order, match a pattern. Without a header that announces names, an unknown family name is one only beside initials with
points, a title or a common given name. Accents make no difference, nor capitals where a name is common.
"""

import re
from enum import StrEnum
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from layers.declarations.persons import persons, without_accents


class Word(StrEnum):
    """Kinds of words, in the order in which they are tried, each by the letter that patterns write for it."""

    COMMA = ","
    PLACE = "P"  # Centrum, Woonfunctie, ...straat
    TRADE = "T"  # bakkerij, loodgieters
    PARTICLE = "b"  # van, de
    SALUTATION = "C"  # dhr, mevr
    TITLE_WITH_POINT = "A"  # dr., fam.
    TITLE = "a"  # dr, fam
    GIVEN = "G"  # a common given name
    FAMILY = "F"  # a common family name
    FAMILY_AND_WORD = "f"  # one that is a word too: boer, wit
    INITIALS = "I"  # P.J.
    SMALL_INITIALS = "p"  # p.j.
    CAPITALS = "i"  # PJ
    SHORT = "s"  # one or two small letters
    CAPITALISED = "S"
    OTHER = "w"


ANY_FAMILY = "(?:b*[FfSG]){1,2}"
COMMON_FAMILY = "b*F(?:b*[FfSG])?"
TITLES = "[CAa]*"
TRADER = f"(?:[Ii]+{ANY_FAMILY}|{COMMON_FAMILY}|b+f|Gb*[FfS])"
PATTERNS = (
    f"T+{TRADER}|{TRADER}T+",  # Bakkerij J. de Vries; Jansen Loodgieters
    f"{TITLES}I+G*{ANY_FAMILY}",  # J. de Vries; drs. ing. P. Jansen
    f"{TITLES}[ips]+{COMMON_FAMILY}",  # PJ Jansen; pj jansen
    f"{TITLES}p+b*f",  # p.j. de boer
    "b?[CAa]*C[CAa]*[Iips]*G*(?:b*[FfSGiw]){1,2}",  # mevr. van den Berg; mw. smolders
    f"[CAa]*A[CAa]*i*{ANY_FAMILY}",  # dr. Smolders; fam. Smolders
    f"{TITLES}{ANY_FAMILY},[IG]+b*",  # Vries, J. de; BOER, FATMA
    f"{TITLES}{COMMON_FAMILY},?[IGips]+b*",  # Jansen Piet; jansen, pj
    f"{TITLES}G[GIS]*(?:b*[FfSG])?",  # Jan; Fatma Yildiz; Kees van 't Hof
    f"{TITLES}(?:{COMMON_FAMILY}|b+f)",  # Jansen; de Groot
)
PATTERNS_WHERE_EXPECTED = (
    f"i+{ANY_FAMILY}",  # P Smolders
    f"{ANY_FAMILY}(?:,i|I)+b*",  # Smolders, PJ; Smolders P.J.
    "Gb*w",  # jan smolders
)
SHAPE = f"{TITLES}(?:[GFS]+(?:b*[GFfS])+|[Iips]+b*[GFfS]+|b+S|{ANY_FAMILY}(?:,[GSIi]+b*|I+b*))"
"""How names are written that are in no list: Orhan Kaplan, van Gelderen, P Smolders."""
FAMILY_NAME = r"(?:(?i:van|de|der|den|het|'t|ten|ter|el|al|vd|v\.d\.) )*(?P<family>[A-Z][a-z]{2,})"
REMARK = (
    r"\b(?:(?i:dhr|mevr|mw|meneer|mevrouw|de heer|fam|familie)\.? |(?:[A-Z]\.){1,4} ?"
    r"|(?i:melder|bewoner|bewoonster|eigenaar|eigenaresse|huurder|verdachte|betrokkene|buurman|buurvrouw|zoon|dochter"
    rf"|vader|moeder|getuige)(?: is|:| heet|,)? [A-Z][a-z]+ ){FAMILY_NAME}"
)
"""How a remark names someone; of one person in many files the family name stands behind a title, initials or a role."""
WORDS_OF_A_REMARK = r"\S+(?:\s+\S+){3}"
BESIDE = r"(?:\s+(?:en|&|/|\+)\s+|/).*$"
"""What stands behind the first of several names."""
LEGAL_FORM = r"(?i)\b(?:b\.?v|n\.?v|v\.?o\.?f|stichting|vereniging|holding|vve)\b"
LETTER, CAPITAL, SMALL = r"[A-Za-z\x{C0}-\x{24F}]", "[A-ZÆØĐŁ]", "[a-zßæøđł]"
"""Of what is left without accents; the classes of Unicode are so large that they take most of the time."""
LONGEST = 80
"""Letters of a name; what is longer is a remark."""
BEHIND_A_NAME = (
    r"(?i)\s*[;|\n].*$|[\s,]+(?:(?:sr|jr|c\.?s)\.?|(?:e/v|e\.v\.|ev|geb|gesch|gehuwd|wed|weduwe|alias)\b.*"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:&|\+|en) (?:zn|zoon|zonen|dochters?)\.?)$"
)
"""What may follow a name: a second one, sr., e/v, a date, en zonen."""


def are_names(cells: pa.Array, *, expected: bool) -> pa.Array:
    """Which cells are written as people's names are; `expected` where the header announces them."""
    patterns = (*PATTERNS, *PATTERNS_WHERE_EXPECTED) if expected else PATTERNS
    return pc.match_substring_regex(_written(cells), f"^(?:{'|'.join(patterns)})$")


def have_the_shape(cells: pa.Array) -> pa.Array:
    """Which cells are written as a name may be, of whatever words; where a header announces people."""
    first = pc.replace_substring_regex(cells, BESIDE, "")
    return pc.match_substring_regex(_written(first), f"^(?:{SHAPE})$")


def name_someone(cells: pa.Array) -> pa.Array:
    """Which cells are remarks with someone's name in them; streets and businesses are no one."""
    found = pc.struct_field(pc.extract_regex(cells, REMARK), "family")
    place = rf"(?:{'|'.join(map(re.escape, persons().places.ends))})$"
    someone = pc.invert(pc.match_substring_regex(pc.utf8_lower(found), place))
    remark = pc.and_(
        pc.match_substring_regex(cells, WORDS_OF_A_REMARK), pc.invert(pc.match_substring_regex(cells, LEGAL_FORM))
    )
    return pc.fill_null(pc.and_(someone, remark), False)


def _written(cells: pa.Array) -> pa.Array:
    """The letters of the kinds of words of each cell."""
    spaced = _spaced(cells)
    words = pc.utf8_split_whitespace(pc.if_else(pc.greater(pc.utf8_length(spaced), LONGEST), "", spaced))
    return pc.binary_join(pa.ListArray.from_arrays(words.offsets, _kinds(words.flatten())), "")


def plain(cells: pa.Array) -> pa.Array:
    """Cells without accents, as `without_accents` makes them."""
    bare = pc.replace_substring_regex(pc.utf8_normalize(cells, "NFKD"), r"[\x{300}-\x{36F}]", "")
    return pc.replace_substring(bare, "\N{LATIN SMALL LETTER DOTLESS I}", "i")


def _spaced(cells: pa.Array) -> pa.Array:
    """Cells with blanks between words, initials and commas, without what stands behind a name or in brackets."""
    text = pc.replace_substring(plain(cells), "\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = pc.replace_substring_regex(text, r"\([^)]*\)?", " ")
    text = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), BEHIND_A_NAME, "")
    text = pc.replace_substring_regex(text, rf"\.({LETTER}{{2}})", r". \1")
    text = pc.replace_substring_regex(text, rf"({LETTER})-({LETTER})", r"\1 \2")
    return pc.utf8_trim_whitespace(pc.replace_substring(text, ",", " , "))


def _kinds(words: pa.Array) -> pa.Array:
    """The kind of each word, as a letter."""
    small = pc.utf8_lower(words)
    bare = pc.utf8_rtrim(small, ".")
    lists = _word_lists()
    place = rf"{LETTER}(?:{'|'.join(map(re.escape, persons().places.ends))})$"
    fits = {
        Word.COMMA: pc.equal(words, ","),
        Word.PLACE: pc.or_(pc.is_in(bare, lists["places"]), pc.match_substring_regex(small, place)),
        Word.TRADE: pc.match_substring_regex(bare, _trades()),
        Word.PARTICLE: pc.is_in(small, lists["between"]),
        Word.SALUTATION: pc.is_in(bare, lists["address"]),
        Word.TITLE_WITH_POINT: pc.and_(pc.is_in(bare, lists["titles"]), pc.ends_with(words, ".")),
        Word.TITLE: pc.is_in(bare, lists["titles"]),
        Word.GIVEN: pc.is_in(small, lists["given"]),
        Word.FAMILY: pc.is_in(small, lists["family"]),
        Word.FAMILY_AND_WORD: pc.is_in(small, lists["words"]),
        Word.INITIALS: pc.match_substring_regex(words, rf"^(?:(?:{CAPITAL}|Th|Ch|Chr|Ph|Fr|IJ|Tj|Sj)\.-?)+$"),
        Word.SMALL_INITIALS: pc.match_substring_regex(words, rf"^(?:{SMALL}\.)+$"),
        Word.CAPITALS: pc.match_substring_regex(words, rf"^{CAPITAL}{{1,4}}$"),
        Word.SHORT: pc.match_substring_regex(words, rf"^{SMALL}{{1,2}}$"),
        Word.CAPITALISED: pc.match_substring_regex(words, rf"^{CAPITAL}(?:{LETTER}|')+$"),
    }
    letters = [kind.value for kind in fits]
    return pc.case_when(pa.StructArray.from_arrays(list(fits.values()), names=letters), *letters, Word.OTHER.value)


@cache
def _trades() -> str:
    """The declared trades as one pattern."""
    return f"^(?:{'|'.join(re.escape(one).replace(re.escape('*'), '.*') for one in persons().names.trades)})$"


@cache
def _word_lists() -> dict[str, pa.Array]:
    """The declared words by the name of their list, in small letters and without accents."""
    lists = {"places": persons().places.words} | persons().names.model_dump()
    return {
        name: pa.array([without_accents(word).lower() for word in words], pa.string()) for name, words in lists.items()
    }
