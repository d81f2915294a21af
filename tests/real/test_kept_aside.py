"""A city's crimes by kind, which no theme reads, held against the map of the year before: where it fits and where not.

Of `drugs` three quarters is driving under the influence, so that it is called after what it counts here.
"""

from pathlib import Path

import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.method.country import Country
from services.jobs.build import LayerRequest, build

pytestmark = pytest.mark.real

INHABITANTS = 0.081
CAUGHT = {
    "vandalism": 0.310, "property": 0.269, "violent": 0.254, "drugs": 0.208, "other": 0.159, "fraud": 0.134,
    "total": 0.249,
}  # fmt: skip
"""Of Amsterdam in 2025, in the zoekgebieden of `misdrijven` of 2024: the table of the README."""


@pytest.fixture(scope="module")
def of_amsterdam(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "crime/amsterdam_buurt_2025_groepen.csv.gz").set_index("code")


def test_all_kinds_of_crime_are_more_frequent_where_the_map_of_the_year_before_points_fraud_the_least(
    netherlands: Country, of_amsterdam: pd.DataFrame
):
    layer = build(netherlands, LayerRequest("misdrijven", AreaLevel.BUURT, period=2024), lambda _: None)
    flagged = of_amsterdam.index.isin(",".join(layer.zoekgebieden["gebiedscodes"]).split(","))
    shares = of_amsterdam[flagged].sum(numeric_only=True) / of_amsterdam.sum(numeric_only=True)
    assert len(of_amsterdam) == 454
    assert shares["population"] == pytest.approx(INHABITANTS, abs=0.01)
    assert shares[list(CAUGHT)].to_dict() == pytest.approx(CAUGHT, abs=0.01)


def test_vastgoed_points_nowhere_in_amsterdam_and_its_score_says_next_to_nothing_of_crime(
    netherlands: Country, of_amsterdam: pd.DataFrame
):
    layer = build(netherlands, LayerRequest("vastgoed", AreaLevel.BUURT), lambda _: None)
    codes = ",".join(layer.zoekgebieden["gebiedscodes"]).split(",")
    assert not of_amsterdam.index.isin(codes).any()
    scores = layer.table.set_index("gebiedscode")["score"].reindex(of_amsterdam.index)
    rate = of_amsterdam["total"] / of_amsterdam["population"]
    assert scores.corr(rate, method="spearman") == pytest.approx(0.12, abs=0.02)
