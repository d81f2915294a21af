"""The functions of CQL2 as PostgreSQL has them, from the same tables as those of SQLite.

Names are folded letter by letter by the tables of Python (services.stores.functions), so that both stores fold alike:
what PostgreSQL itself does depends on how it was built. Rejected: PL/Python, which only a superuser may install.
Arithmetic is that of doubles of IEEE 754, where PostgreSQL stops with an error at infinity and at what is nearly zero.
"""

import sys
import unicodedata
from collections.abc import Iterator

from services.stores.functions import TEXTS

LETTERS = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
PLAIN = {"casei": 'lower(t COLLATE "C")', "lower": 'lower(t COLLATE "C")', "upper": 'upper(t COLLATE "C")'}
"""What each does to text of ASCII, which most of it is; this is fast."""

INFINITE = "'Infinity'::float8"
ARITHMETIC = {
    "plus": ("a + b", f"sign(a) * {INFINITE}"),
    "minus": ("a - b", f"sign(a) * {INFINITE}"),
    "times": ("a * b", f"CASE WHEN abs(a) > 1 AND abs(b) > 1 THEN sign(a) * sign(b) * {INFINITE} ELSE 0 END"),
    "divided": ("a / b", f"CASE WHEN abs(a) > abs(b) THEN sign(a) * sign(b) * {INFINITE} ELSE 0 END"),
    "power": ("power(a, b)", "CASE WHEN (abs(a) > 1) = (b > 0) THEN NULL ELSE 0 END"),
}
"""Of each name the sum, and what it gives where that is too large or too small for a double."""

REMAINDER = f"""
DECLARE r float8 := abs(a); d float8 := abs(b); s float8 := abs(b);
BEGIN
    IF d = 0 OR r = {INFINITE} THEN RETURN NULL; END IF;
    IF d = {INFINITE} OR r < d THEN RETURN a; END IF;
    WHILE s <= r - s LOOP s := s * 2; END LOOP;
    WHILE s >= d LOOP
        IF r >= s THEN r := r - s; END IF;
        IF s = d THEN EXIT; END IF;
        s := s / 2;
    END LOOP;
    RETURN sign(a) * r;
END
"""
"""Long division by halves, in which every step is exact."""

WHOLE = """
DECLARE q float8 := zicht.zicht_divided(a, b);
BEGIN RETURN CASE WHEN abs(q) < 'Infinity'::float8 THEN trunc(q) END; END
"""


def definitions() -> Iterator[str]:
    """The statements that make all functions, in the schema `zicht`."""
    for name in TEXTS:
        body = f"SELECT CASE WHEN octet_length(t) = char_length(t) THEN {PLAIN.get(name, 't')} ELSE {_folded(name)} END"
        yield f"CREATE OR REPLACE FUNCTION zicht.zicht_{name}(t text) RETURNS text {_like('sql')} AS $${body}$$"
    for name, (sum_, beyond) in ARITHMETIC.items():
        body = (
            f"BEGIN RETURN nullif({sum_}, 'NaN'::float8); "
            "EXCEPTION WHEN division_by_zero OR invalid_argument_for_power_function THEN RETURN NULL; "
            f"WHEN numeric_value_out_of_range THEN RETURN {beyond}; END"
        )
        yield _of_numbers(name, body)
    yield _of_numbers("remainder", REMAINDER)
    yield _of_numbers("whole", WHOLE)


def _of_numbers(name: str, body: str) -> str:
    taken = "a float8, b float8"
    return f"CREATE OR REPLACE FUNCTION zicht.zicht_{name}({taken}) RETURNS float8 {_like('plpgsql')} AS $${body}$$"


def _like(spoken: str) -> str:
    return f"LANGUAGE {spoken} IMMUTABLE STRICT PARALLEL SAFE"


def _folded(name: str) -> str:
    if name == "accenti":
        over = "".join(one for one in LETTERS if unicodedata.combining(one))
        return f"normalize(translate(normalize(t, NFD), '{over}', ''), NFC)"
    function, text = TEXTS[name], "t"
    other = {one: function(one) for one in LETTERS if function(one) != one}
    for letter, letters in other.items():
        if len(letters) > 1:
            text = f"replace({text}, '{letter}', '{letters}')"
    single = [one for one, letters in other.items() if len(letters) == 1]
    return f"translate({text}, '{''.join(single)}', '{''.join(other[one] for one in single)}')"
