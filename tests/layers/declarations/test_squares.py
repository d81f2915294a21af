"""Squares are counts of a year, and unknown is never zero; a theme interpolates by squares that are there."""

import pytest
from pydantic import ValidationError

from boundaries.counts import rate_in
from geo.errors import DeclarationError
from layers.declarations.squares import SquareGrid
from tests.layers.declared import SOURCE, THEME, catalog

SQUARES = """
id = "vierkanten"
title = "Vierkanten"
publisher = "CBS"
license = "CC BY 4.0"
url = "https://example.org/vierkanten"
attribution = "CBS"
status = "open"
vintage = 2024
periods = [2024]

[squares]
year = 2024

[squares.column]
mensen = "aantal_inwoners"

[columns.mensen]
title = "Mensen"
formula = "mensen"
"""
DASYMETRIC = """
[dasymetric]
source = "vierkanten"
column = "mensen"
"""


def with_dasymetric(section=DASYMETRIC):
    return THEME.replace("[[indicator]]", f"{section}\n[[indicator]]", 1)


@pytest.mark.parametrize(
    "column", ["percentage_koopwoningen", "gemiddeldeWozWaardeWoning", "dichtstbijzijndeCafeAfstandInKm", "aandeelHuur"]
)
def test_a_column_that_tells_a_rate_is_refused(column):
    with pytest.raises(ValidationError, match="tells a rate, and rates of squares cannot be added up"):
        SquareGrid(year=2024, column={"huur": column})


@pytest.mark.parametrize("column", ["aantalInwoners0Tot15Jaar", "aantal_woningen_bouwjaar_voor_1945", "INW2014"])
def test_a_column_of_counts_is_taken(column):
    assert SquareGrid(year=2024, column={"een": column}).covers == ("NL",)
    assert rate_in(column) is None


@pytest.mark.parametrize(
    "wrong", [{"covers": ()}, {"covers": ("0233",)}, {"column": {}}, {"column": {"Een": "aantal"}}, {"weight": 1}]
)
def test_squares_are_declared_whole(wrong):
    with pytest.raises(ValidationError):
        SquareGrid.model_validate({"year": 2024, "column": {"een": "aantal"}} | wrong)


def test_squares_are_counted_in_the_areas_themselves(tmp_path):
    source = catalog(tmp_path, sources_vierkanten=SQUARES).sources["vierkanten"]
    assert source.own


def test_empty_squares_are_not_declared_to_be_zero(tmp_path):
    zero = SQUARES.replace('formula = "mensen"', 'formula = "mensen"\nempty = "zero"\nwhy = "Het is zo."')
    with pytest.raises(DeclarationError, match=r"columns mensen take empty for zero; of squares it means secret"):
        catalog(tmp_path, sources_vierkanten=zero)


def test_a_theme_may_interpolate_by_squares_and_then_rests_on_them(tmp_path):
    known = catalog(tmp_path, sources_vierkanten=SQUARES, themes_proef=with_dasymetric())
    theme = known.theme("proef")
    assert (theme.dasymetric.source, theme.dasymetric.column) == ("vierkanten", "mensen")
    assert [one.id for one in known.sources_of(theme)] == ["tellingen"]
    assert [one.id for one in known.needed_by(theme)] == ["tellingen", "vierkanten"]
    assert set(known.digests_of(theme, None)) == {"themes/proef", "sources/tellingen", "sources/vierkanten"}


def test_without_it_nothing_more_is_needed(tmp_path):
    known = catalog(tmp_path, sources_vierkanten=SQUARES)
    theme = known.theme("proef")
    assert theme.dasymetric is None
    assert known.needed_by(theme) == known.sources_of(theme)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"vierkanten"', '"vakken"', "dasymetric.source: source 'vakken' is unknown; with squares: vierkanten"),
        (
            '"vierkanten"',
            '"tellingen"',
            "dasymetric.source: source 'tellingen' has no [squares]; with squares: vierkanten",
        ),
        ('"mensen"', '"huizen"', "the squares of source 'vierkanten' have no column 'huizen'; they have mensen"),
        ('column = "mensen"', "", "dasymetric.column: field required"),
        ('column = "mensen"', 'column = "mensen"\nby = "land"', "dasymetric.by: extra inputs are not permitted"),
    ],
)
def test_squares_to_interpolate_by_that_are_not_there_are_named(tmp_path, before, after, said):
    with pytest.raises(DeclarationError) as found:
        catalog(
            tmp_path, sources_vierkanten=SQUARES, sources_tellingen=SOURCE,
            themes_proef=with_dasymetric(DASYMETRIC.replace(before, after)),
        )  # fmt: skip
    assert said in str(found.value)
