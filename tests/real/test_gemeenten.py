"""Figures per gemeente: all crimes of 2015 by kind, on the gemeenten of that year and carried to those of 2024."""

from pathlib import Path

import pandas as pd
import pytest

from boundaries.counts import Counts
from boundaries.crosswalk import Method
from boundaries.route_kinds import RouteKind
from boundaries.routes import Routes
from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.declarations.catalog import Catalog, load
from layers.publication.layer import Layer
from services.jobs.build import LayerRequest, build, open_country
from services.sources.boundaries import BoundaryFolder

pytestmark = pytest.mark.real

DRUGS = ("6000000", 14_790)


@pytest.fixture(scope="module")
def declared() -> Catalog:
    return load()


@pytest.fixture(scope="module")
def layer(declared: Catalog, real: Path) -> Layer:
    country = open_country(str(real), declared, 2015)
    assert country.of_theme(declared.theme("drugs_gemeente")).vintage.finest is AreaLevel.GEMEENTE
    return build(country, LayerRequest("drugs_gemeente", AreaLevel.GEMEENTE), lambda _: None)


@pytest.fixture(scope="module")
def crimes(real: Path) -> pd.Series:
    """The drug crimes of each gemeente of 2015, read apart from zicht."""
    path = real / "crime/cbs_83648NED_2015_gemeente_soortmisdrijf.csv.gz"
    raw = pd.read_csv(path, dtype=str).apply(lambda column: column.str.strip())
    of_kind = raw[raw["SoortMisdrijf"] == DRUGS[0]].set_index("RegioS")["TotaalGeregistreerdeMisdrijven_1"]
    return pd.to_numeric(of_kind[of_kind != "."])


def test_all_gemeenten_of_2015_have_their_drug_crimes_per_inhabitant(layer: Layer, crimes: pd.Series, real: Path):
    table = layer.table.set_index("gebiedscode")
    assert len(table) == 393
    assert crimes.sum() == DRUGS[1]
    people = pd.read_csv(real / "branche/cbs_70072ned_2015_regionale_kerncijfers.csv.gz", dtype=str)
    people = pd.to_numeric(people.set_index(people["RegioS"].str.strip())["TotaleBevolking_1"], errors="coerce")
    assert people[table.index].sum() == 16_900_726
    rate = 1000 * crimes[table.index].sum() / people[table.index].sum()
    assert layer.summary["national"]["drugs"] == pytest.approx(rate, abs=1e-4)
    amsterdam = 1000 * crimes["GM0363"] / people["GM0363"]
    assert table.loc["GM0363", "drugs"] == pytest.approx(amsterdam, rel=0.02)  # shrunk a little
    assert table.loc["GM0363", "gemeentenaam"] == "Amsterdam"


def test_too_few_crimes_are_not_shown(layer: Layer, crimes: pd.Series):
    table = layer.table.set_index("gebiedscode")
    # A 5 may be 3: CBS rounds to fives.
    assert table["drugs"].isna().sum() == (crimes[table.index] < 10).sum() == 128
    names = layer.table["gebiedsnaam"]
    assert not [one for one in names if one == one.lower()]
    assert {"Haarlemmerliede en Spaarnwoude", "Hoogezand-Sappemeer"} <= set(names)
    assert "tellingen van misdrijven_2015 zijn door de uitgever afgerond op 5: 0 kan 2 zijn" in layer.provenance.method


def test_what_is_counted_per_gemeente_is_on_no_buurt_and_no_hexagon(declared: Catalog, real: Path):
    country = open_country(str(real), declared, 2015)
    for level, said in ((AreaLevel.BUURT, "areas of level gemeente only"), (AreaLevel.H3_7, r"declare \[dasymetric\]")):
        with pytest.raises(SourceError, match=said):
            build(country, LayerRequest("drugs_gemeente", level), lambda _: None)


def test_counts_of_2015_come_to_the_gemeenten_of_2024(crimes: pd.Series, real: Path):
    boundaries = BoundaryFolder(real)
    routes = Routes(boundaries, 2024, AreaLevel.GEMEENTE)
    route = routes.of(2015)
    old = boundaries.areas(2015)
    counts = Counts("drugs", crimes.reindex(old.ids))
    carried = route.crosswalk.sum(counts).figures
    assert route.kind is RouteKind.OVERLAP
    assert len(carried) == 342
    assert carried.sum() == pytest.approx(counts.total)
    assert (route.crosswalk.table["method"] == Method.WHOLE).sum() == 387
    # West Betuwe is Geldermalsen, Neerijnen and Lingewaal.
    assert carried["GM1960"] == crimes[["GM0236", "GM0304", "GM0733"]].sum()
