"""A layer names exactly what it was made from, in whatever order layers are built."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.vintages import vintage
from geo.areas import AreaFrame, AreaLevel
from layers.declarations.catalog import Catalog, load
from layers.declarations.sources import SourceDeclaration
from layers.method.country import Country
from services.testland.source import TestlandSource

AREAS, POINTS = "boundaries/testland", "points/testland"
FIGURES, CRIMES = "sources/kerncijfers", "sources/misdrijven"
MADE_FROM = {
    ("misdrijven", AreaLevel.BUURT): {AREAS, FIGURES, CRIMES},
    ("misdrijven", AreaLevel.WIJK): {AREAS, FIGURES, CRIMES},
    ("misdrijven", AreaLevel.H3_8): {AREAS, FIGURES, POINTS},  # crimes are counted from points
    ("huur", AreaLevel.BUURT): {AREAS, FIGURES},
    ("huur", AreaLevel.H3_8): {AREAS, POINTS},
}


@cache
def catalog() -> Catalog:
    """The shipped theme, which reads two sources, and one that reads a single figure of one of them."""
    shipped = load()
    crimes = shipped.theme("misdrijven")
    rented = [one for one in crimes.indicator if one.id == "huurwoningen"]
    return replace(
        shipped, themes={**shipped.themes, "huur": crimes.model_copy(update={"id": "huur", "indicator": rented})}
    )


def receipts(order: Sequence[tuple[str, AreaLevel]]) -> dict[tuple[str, AreaLevel], set[str]]:
    country = Country(TestlandSource(), vintage(2024), catalog())
    found = {}
    for theme, level in order:
        country.measures(catalog().theme(theme), level, 2024)
        found[theme, level] = {one.id for one in country.receipts(catalog().theme(theme), level, 2024)}
    return found


@given(order=st.permutations(list(MADE_FROM)))
@settings(max_examples=6, deadline=None)
def test_receipts_are_of_what_a_layer_was_made_from_in_any_order(order: list[tuple[str, AreaLevel]]):
    assert receipts(order) == MADE_FROM


class PointsOf2025(TestlandSource):
    """Incidents have places in 2025 only; before, they are counted per buurt."""

    def columns_of_cells(self, declaration: SourceDeclaration) -> frozenset[str]:
        return super().columns_of_cells(declaration) - {"misdrijven_2024"}

    def table_of_cells(self, declaration: SourceDeclaration, cells: AreaFrame) -> pd.DataFrame:
        return super().table_of_cells(declaration, cells).drop(columns="misdrijven_2024")


@pytest.mark.parametrize("order", [(2024, 2025), (2025, 2024)])
def test_a_period_with_points_does_not_name_the_tables_of_one_without(order: tuple[int, int]):
    crimes = load().theme("misdrijven")
    theme = crimes.model_copy(update={"indicator": [one for one in crimes.indicator if one.id == "misdrijven"]})
    country = Country(PointsOf2025(), vintage(2024), load())
    for period in order:
        country.measures(theme, AreaLevel.H3_8, period)
    assert {one.id for one in country.receipts(theme, AreaLevel.H3_8, 2025)} == {AREAS, POINTS}
    assert POINTS not in {one.id for one in country.receipts(theme, AreaLevel.H3_8, 2024)}
