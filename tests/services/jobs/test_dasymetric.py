"""A theme that spreads by squares puts figures of buurten in the hexagons where people live, and says so."""

import pandas as pd
import pytest

from boundaries.crosswalk import by_surface
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from geo.errors import SourceError
from layers.messages import speaking
from layers.method.country import Country
from layers.method.reading import Own
from services.jobs.build import LayerRequest, build, open_country
from services.testland.source import TestlandSource
from tests.layers.declarations.test_squares import SQUARES, with_dasymetric
from tests.layers.declared import catalog

SOURCE = """
id = "tellingen"
title = "Tellingen"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org"
attribution = "Testbureau"
status = "open"
key = "buurtcode"
vintage = 2024
periods = [2024]

[table]
path = "tellingen.csv"

[columns.inwoners]
title = "Inwoners"
formula = "inwoners"

[columns.huishoudens]
title = "Huishoudens"
formula = "huishoudens"

[columns.misdrijven]
title = "Misdrijven"
formula = "misdrijven_{periode}"

[columns.huurders]
title = "Huurders"
formula = "huishoudens / 2"

[columns.afstand]
title = "Afstand"
formula = "inwoners"
"""


class Buurten(TestlandSource):
    """Testland of which only the figures per buurt are known."""

    def columns_of_cells(self, declaration):  # noqa: ARG002
        return frozenset()


@pytest.fixture(scope="module")
def folder(testland, tmp_path_factory):
    """The inhabitants of Testland in squares of 100 m, fewer than five kept secret."""
    made = tmp_path_factory.mktemp("vierkanten")
    at = testland.addresses.geometry
    names = [f"E{int(x):04d}N{int(y):04d}" for x, y in zip(at.x // 100, at.y // 100, strict=True)]
    living = testland.addresses["inwoners"].groupby(names).sum()
    living = living[living > 0].where(lambda people: people >= 5, -99997)
    living.rename_axis("crs28992res100m").rename("aantal_inwoners").to_csv(made / "vierkanten.csv")
    return made


@pytest.fixture(scope="module")
def countries(folder, tmp_path_factory):
    """Testland with and without squares to spread by."""
    squares = SQUARES.replace("year = 2024", 'year = 2024\npath = "vierkanten.csv"')
    made = {}
    for name, theme in (("by squares", {"themes_proef": with_dasymetric()}), ("by surface", {})):
        known = catalog(
            tmp_path_factory.mktemp("catalogus"), sources_tellingen=SOURCE, sources_vierkanten=squares, **theme
        )
        made[name] = Country(Buurten(), vintage(2024), known, open_country(str(folder), known).area_plan.reader.own)
    return made


LEVEL = AreaLevel.H3_8


def inhabitants(country):
    return country.measures(country.catalog.theme("proef"), LEVEL, 2024)["misdrijven"].exposure


def test_people_are_put_where_they_live(countries, testland):
    """What every address says, against what each way makes of the figures per buurt."""
    cells = countries["by squares"].areas(LEVEL)
    true = TestlandSource.table_of_cells(TestlandSource(), None, cells)["inwoners"]
    wrong = {name: (inhabitants(one).fillna(0) - true).abs().sum() / 2 for name, one in countries.items()}
    assert wrong["by squares"] < wrong["by surface"] / 2
    totals = {name: inhabitants(one).sum() for name, one in countries.items()}
    assert totals["by squares"] == pytest.approx(totals["by surface"], rel=0.01)
    assert len(testland.figures) > 600


def test_the_layer_says_by_what_it_was_spread_and_what_that_could_not(countries):
    with speaking("nl"):
        layer = build(countries["by squares"], LayerRequest("proef", LEVEL, period=2024), lambda _: None)
    line = "cijfers die alleen per buurt bekend zijn: verdeeld naar mensen van vierkanten in vierkanten van 100 m"
    assert any(one.startswith(line) for one in layer.provenance.method)
    assert "sources/vierkanten" in layer.provenance.digests
    receipt = next(one for one in layer.provenance.receipts if one.id == "spread/vierkanten")
    assert receipt.where == "vierkanten.csv"
    assert receipt.notes[0] == "verdeelt cijfers over kleinere gebieden, naar mensen per vierkant van 100 m"
    assert receipt.notes[1].startswith("zonder cijfer, telt niet mee als gewicht: ")
    assert (layer.table["misdrijven_reden"] != "geschat").any()


@pytest.mark.parametrize(("name", "level"), [("by squares", AreaLevel.WIJK), ("by surface", LEVEL)])
def test_where_nothing_is_spread_by_squares_nothing_is_said_of_it(countries, name, level):
    layer = build(countries[name], LayerRequest("proef", level, period=2024), lambda _: None)
    assert not any("vierkanten van 100 m" in one or "squares" in one for one in layer.provenance.method)
    if name == "by surface":
        assert not any(one.id.startswith("spread/") for one in layer.provenance.receipts)


def test_absent_figures_go_by_surface_as_before(countries):
    country = countries["by surface"]
    buurten = country.measures(country.catalog.theme("proef"), AreaLevel.BUURT, 2024)["misdrijven"]
    expected = by_surface(country.buurten, country.areas(LEVEL)).apportion(buurten).exposure
    pd.testing.assert_series_equal(inhabitants(country), expected)


def test_squares_that_are_not_there_stop_the_build(countries, tmp_path):
    known = countries["by squares"].catalog
    for own, told in (
        (Own(), "has squares to interpolate figures by, which are not read here"),
        (open_country(str(tmp_path), known).area_plan.reader.own, "vierkanten.csv: no such file"),
    ):
        with pytest.raises(SourceError, match=told):
            inhabitants(Country(Buurten(), vintage(2024), known, own))
