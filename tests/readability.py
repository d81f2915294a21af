"""How readable a Dutch text is: Flesch-Douma, 206.84 - 0.77 syllables per 100 words - 0.93 words per sentence.

W. H. Douma, De leesbaarheid van landbouwbladen (Wageningen 1960), Flesch for Dutch. 60 and more is
ordinary, 80 and more is easy; B1 is thought to begin near 60. Own code, for the library that has it (textstat) brings a
corpus of English words along. Syllables are counted as groups of vowels, as Dutch spells them.
"""

import re

WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*|\d[\d.,]*\d|\d")
END = re.compile(r"[.:;!?](?:\s|$)")
VOWELS = re.compile(r"aai|ooi|oei|eeuw|ieuw|uw|aa|ee|ie|oe|oo|uu|ui|eu|ij|ei|au|ou|[aeiouyàáâäèéêëìíîïòóôöùúûü]")


def flesch_douma(text: str) -> float:
    """The score of a text; higher reads easier.

    >>> round(flesch_douma("De kat zit op de mat."))
    124
    """
    words = WORD.findall(text)
    sentences = max(1, len(END.findall(text)))
    syllables = sum(max(1, len(VOWELS.findall(word.lower()))) for word in words)
    return 206.84 - 77 * syllables / len(words) - 0.93 * len(words) / sentences
