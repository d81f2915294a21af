"""Figures by name: each name leads to one area, merged ones are added up, and nothing counts twice."""

import geopandas
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from boundaries.rd import RD_NEW
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.measures import Unknown
from layers.declarations.sources import SourceDeclaration
from layers.method.names import figures_by_name

NAMES = {
    "GM0001": "utrecht", "GM0002": "Bergen (L.)", "GM0003": "Bergen (NH.)", "GM0004": "Súdwest-Fryslân",
    "GM0005": "Nuenen. Gerwen en Nederwetten", "GM0006": "Schagen", "GM0007": "Beek", "GM0008": "Ede",
    "GM0009": "Epe", "GM0010": "Elst",
}  # fmt: skip
ROWS = {
    "Nederland": "100", "Utrecht (PV)": "50", "Utrecht (gemeente)": " 12", "Bergen (L.)": "1", "Bergen (NH.)": "2",
    "Súdwest Fryslân": "3", "Nuenen, Gerwen en Nederwetten": "4", "Schagen": "5", "Zijpe": "6", "Beek (L.)": "7",
    "Ede": "8", "Epe": "9", "Elst": "10", "Abcoude": "-", "Breukelen": ".",
}  # fmt: skip
DECLARED = {"left_out": ("Nederland", "*(PV)"), "merged": {"Schagen": ("Schagen", "Zijpe")}}


def source(**changed: object) -> SourceDeclaration:
    usual = {
        "id": "vestigingen", "title": "Vestigingen", "publisher": "CBS", "license": "CC0", "attribution": "CBS",
        "url": "https://example.org", "status": "open", "level": "gemeente", "key": "Regio", "vintage": 2015,
        "periods": [2012], "table": {"path": "vestigingen.csv"}, "names": DECLARED,
        "columns": {"horeca": {"title": "Horeca", "formula": "horeca", "kind": "stock"}},
    }  # fmt: skip
    return SourceDeclaration.model_validate(usual | changed)


def areas() -> AreaFrame:
    boxes = [shapely.box(at, 0, at + 1, 1) for at in range(len(NAMES))]
    table = pd.DataFrame(
        {"name": list(NAMES.values()), "gemeente": list(NAMES), "gemeente_name": list(NAMES.values())},
        index=pd.Index(list(NAMES), name="area_id"),
    )
    return AreaFrame(AreaLevel.GEMEENTE, 2015, geopandas.GeoDataFrame(table, geometry=boxes, crs=RD_NEW))


def read(rows: dict[str, str], *, part: bool = False, **changed: object):
    raw = pd.DataFrame({"Regio": list(rows), "horeca": list(rows.values())})
    return figures_by_name(raw, source(**changed), 2012, areas(), part=part)


def test_each_name_leads_to_one_area_and_larger_ones_are_left_out():
    figures = read(ROWS).values["vestigingen.horeca"]
    assert figures.to_dict() == dict(zip(NAMES, [12, 1, 2, 3, 4, 11, 7, 8, 9, 10], strict=True))


@given(st.permutations(list(ROWS.items())))
def test_the_order_of_rows_does_not_matter(rows):
    pd.testing.assert_frame_equal(read(dict(rows)).values, read(ROWS).values)


def test_an_area_of_which_a_merged_part_has_no_figure_is_unknown_and_not_the_sum_of_the_others():
    columns = {name: {"title": name, "formula": name, "kind": "stock"} for name in ("horeca", "handel")}
    raw = pd.DataFrame({"Regio": list(ROWS), "horeca": list(ROWS.values()), "handel": "20"})
    raw.loc[raw["Regio"].isin(["Zijpe", "Ede"]), "horeca"] = "-"
    raw = raw[~raw["Regio"].isin(["Abcoude", "Breukelen"])]
    figures = figures_by_name(raw, source(columns=columns), 2012, areas(), part=False)
    assert figures.values["vestigingen.horeca"].isna().to_list() == [one in {"GM0006", "GM0008"} for one in NAMES]
    assert figures.reasons.loc["GM0006", "vestigingen.horeca"] == Unknown.PARTLY
    assert figures.values.loc["GM0006", "vestigingen.handel"] == 40


def test_codes_stay_what_they_are():
    named = {code: str(at) for at, code in enumerate(NAMES)}
    assert read(named).values["vestigingen.horeca"].to_list() == list(range(10))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            {"left_out": ("Nederland",), "merged": DECLARED["merged"]},
            r"Utrecht \(PV\), Utrecht \(gemeente\) are",
        ),
        ({"left_out": DECLARED["left_out"]}, r"names with figures that are of no area of 2015 \(1\): Zijpe"),
        ({"merged": DECLARED["merged"]}, r"are of no area of 2015 \(1\): Nederland"),
        (DECLARED | {"merged": {"Schaagen": ("Schagen", "Zijpe")}}, r"are of no area of 2015 \(2\): Schagen, Zijpe"),
    ],
)
def test_a_name_that_would_count_twice_or_nowhere_is_refused(names, said):
    with pytest.raises(SourceError, match=said):
        read(ROWS, names=names)


def test_of_a_part_of_the_country_names_from_elsewhere_are_passed_over():
    assert read(ROWS | {"Haarlem": "9"}, part=True).values["vestigingen.horeca"].sum() == 67


def test_nearly_all_areas_must_be_named():
    with pytest.raises(SourceError, match="only 80% of the 10 areas of the country have a row"):
        read({name: cell for name, cell in ROWS.items() if name not in {"Ede", "Epe"}})


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": {"horeca": {"title": "Horeca", "formula": "horeca", "kind": "rate"}}},
        {"table": None, "statline": {"tables": {2012: "81575NED"}, "column": {"horeca": {"title": "Horeca"}}}},
        {"codes_of": 2012},
    ],
)
def test_names_are_of_counts_in_a_file(changed):
    with pytest.raises(ValidationError, match=r"\[names\] is for counts of areas in a file"):
        source(**changed)


def test_a_name_is_merged_once_and_not_left_out_as_well():
    for names in (
        {"merged": {"A": ("B", "C"), "D": ("C", "E")}},
        {"left_out": ("C",), "merged": {"A": ("B", "C")}},
    ):
        with pytest.raises(ValidationError, match="would be counted twice"):
            source(names=names)
