"""What a formula reads is given by its source, for every period; and a file lies below the folder of the figures."""

import pytest

from geo.errors import DeclarationError
from layers.declarations.columns import formula_faults
from layers.declarations.sources import SourceDeclaration
from tests.layers.declared import SOURCE, catalog

USUAL = {
    "id": "eigen", "title": "Eigen", "publisher": "Gemeente", "license": "CC0", "url": "https://example.org",
    "attribution": "Gemeente", "vintage": 2024, "periods": [2024],
}  # fmt: skip
RECORDS = {
    "path": "eigen.csv", "legal_ground": "wet", "covers": ["GM0599"], "place": {"x": "x", "y": "y"},
    "count": {"drugs": {}, "wapens": {}},
}  # fmt: skip
BY_YEAR = {"years": [2023, 2024], "period": {"column": "datum"}}
STATLINE = {"tables": {2024: "1NED"}, "column": {"inbraak": {"title": "Inbraak"}}}
RASTER = {"path": "nacht.tif", "column": {"licht": {"take": "mean"}}}
SQUARES = {"year": 2024, "column": {"mensen": "aantal_inwoners"}}
TABLE = {"path": "eigen.csv"}


def faults(formula, periods=(2024,), **sections):
    columns = {"figuur": {"title": "Figuur", "formula": formula}}
    source = SourceDeclaration.model_validate(USUAL | sections | {"columns": columns, "periods": periods})
    return [str(fault) for fault in formula_faults("sources/eigen.toml", source)]


@pytest.mark.parametrize(
    ("formula", "sections"),
    [
        ("drugs + wapens", {"records": RECORDS}),
        ("drugs_{periode} - drugs_{periode-1}", {"records": RECORDS | BY_YEAR}),
        ("inbraak / 2", {"statline": STATLINE}),
        ("inbraak_{periode-1}", {"statline": STATLINE | {"years": [2023]}}),
        ("inbraak_{periode}_01 + inbraak_{periode}_12", {"statline": STATLINE | {"years": [2024], "every": "month"}}),
        ("licht", {"raster": RASTER}),
        ("mensen", {"squares": SQUARES}),
        ("whatever", {"table": TABLE}),
        ("whatever", {"table": TABLE, "squares": SQUARES}),
    ],
)
def test_a_formula_reads_what_its_source_gives(formula, sections):
    assert faults(formula, **sections) == []


@pytest.mark.parametrize(
    ("formula", "sections", "said"),
    [
        ("drugs", {"records": RECORDS | BY_YEAR}, "'drugs' for 2024, which [records] does not give; it gives drugs_20"),
        ("drugs_{periode}", {"records": RECORDS}, "'drugs_2024' for 2024, which [records] does not give; it gives dru"),
        ("drug_2024", {"records": RECORDS | BY_YEAR}, "it gives drugs_2023, drugs_2024, wapens_2023, wapens_2024"),
        ("inbraak_{periode}", {"statline": STATLINE}, "'inbraak_2024' for 2024, which [statline] does not give"),
        ("inbraak_2024", {"statline": STATLINE | {"years": [2024], "every": "month"}}, "it gives inbraak_2024_01, in"),
        ("inbraken", {"table": TABLE, "statline": STATLINE}, "'inbraken' for 2024, which [statline] does not give"),
        ("drugs", {"statline": STATLINE, "records": RECORDS}, "'drugs' for 2024, which [statline] does not give"),
        ("licht + mensen", {"raster": RASTER, "squares": SQUARES}, "'mensen' for 2024, which [raster] does not give"),
        ("mens", {"squares": SQUARES}, "'mens' for 2024, which [squares] does not give; it gives mensen"),
    ],
)
def test_a_column_that_the_source_does_not_give_is_named_with_those_it_gives(formula, sections, said):
    (found,) = faults(formula, **sections)
    assert found.startswith("sources/eigen.toml: columns.figuur: formula: reads ")
    assert said in found


def test_a_period_without_its_columns_is_a_fault_and_one_with_them_is_not():
    found = faults("drugs_{periode} + drugs_{periode-1}", (2024, 2025, 2026), records=RECORDS | BY_YEAR)
    assert [one.split(": reads ")[1].split(", which")[0] for one in found] == [
        "'drugs_2025' for 2025, 2026", "'drugs_2026' for 2026",
    ]  # fmt: skip


def test_the_faults_of_formulas_are_told_with_all_others(tmp_path):
    table = '[table]\npath = "tellingen.csv"'
    squares = '[squares]\nyear = 2024\n[squares.column]\ninwoners = "aantal_inwoners"'
    with pytest.raises(DeclarationError) as found:
        catalog(tmp_path, sources_tellingen=SOURCE.replace(table, squares), lenses_nabij="id = ")
    said = [str(fault).removeprefix(f"{tmp_path}/") for fault in found.value.faults]
    assert any("columns.misdrijven: formula: reads 'misdrijven_2023' for 2023" in fault for fault in said)
    assert any(fault.startswith("lenses/nabij.toml") for fault in said)


@pytest.mark.parametrize("path", ["../x.csv", "a/../../x.csv", "/etc/passwd", "C:/x.csv", "..\\x.csv", "\\\\pc\\x.csv"])
@pytest.mark.parametrize(
    ("section", "held"), [("table", TABLE), ("records", RECORDS), ("raster", RASTER), ("squares", SQUARES)]
)
def test_a_path_out_of_the_folder_is_refused(section, held, path):
    with pytest.raises(ValueError, match="must lie below the folder of the figures"):
        faults("drugs", **{section: held | {"path": path}})


@pytest.mark.parametrize("path", ["x.csv", "a/b/x.csv", "..x.csv", "./x.csv", "a..b/x.csv"])
def test_a_path_in_the_folder_is_taken(path):
    assert faults("drugs", records=RECORDS | {"path": path}) == []
