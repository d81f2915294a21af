"""Corrections are checked as all that is declared: every fault at once, none that could not be made, nobody named."""

from pathlib import Path

import pytest

from geo.errors import DeclarationError
from layers.declarations.catalog import Catalog
from layers.declarations.periods import Period
from tests.layers.declared import SOURCE, catalog

CORRECTION = """
id = "bureau"
source = "tellingen"

[[correction]]
area   = "BU05990001"
period = 2024
figure = "misdrijven"
value  = 12
why    = "Het bureau stond als plaats van alle aangiften."
role   = "gegevensbeheerder"
"""

RASTER = '[raster]\npath = "x.tif"\n[raster.column.inwoners]\ntake = "mean"'


def declared(root: Path, text: str = CORRECTION, source: str = SOURCE, **more: str) -> Catalog:
    return catalog(root, sources_tellingen=source, corrections_bureau=text, **more)


def faults(root: Path, text: str, source: str = SOURCE, **more: str) -> list[str]:
    with pytest.raises(DeclarationError) as raised:
        declared(root, text, source, **more)
    return [str(one) for one in raised.value.faults]


def test_a_correction_is_of_a_figure_as_formulas_read_it_and_a_map_rests_on_it(tmp_path: Path):
    known = declared(tmp_path)
    (one,) = known.corrections_of("tellingen")
    assert (one.area, one.period, one.value) == ("BU05990001", Period(2024), 12)
    assert one.column(known.sources["tellingen"], Period(2024)) == "misdrijven_2024"
    assert one.column(known.sources["tellingen"], Period(2023)) is None
    assert "corrections/bureau" in known.digests_of(known.theme("proef"), None)
    assert "corrections/bureau" not in known.meanings_of(known.theme("proef"), None)


def test_a_year_that_a_later_one_is_compared_with_is_corrected_for_both(tmp_path: Path):
    source = SOURCE.replace('"misdrijven_{periode}"', '"misdrijven_{periode} + misdrijven_{periode-1}"')
    known = declared(tmp_path, CORRECTION.replace("period = 2024", "period = 2023"), source)
    (one,) = known.corrections_of("tellingen")
    assert [one.column(known.sources["tellingen"], Period(year)) for year in (2022, 2023, 2024, 2025)] == [
        None, "misdrijven_2023", "misdrijven_2023", None,
    ]  # fmt: skip


def test_all_faults_are_said_at_once(tmp_path: Path):
    text = CORRECTION.replace("BU05990001", "0599").replace('"misdrijven"', '"inbraken"')
    text += CORRECTION.partition("\n\n")[2].replace("period = 2024", "period = 1999")
    elsewhere = CORRECTION.replace("tellingen", "kadaster").replace("bureau", "elders", 1)
    found = faults(tmp_path, text, corrections_elders=elsewhere)
    assert len(found) == 4
    assert (
        "bureau.toml: correction 1: figure: source 'tellingen' reads no 'inbraken' of 2024; it reads afst" in found[0]
    )
    assert "correction 1: area: '0599' is no code of an area (buurt, wijk, gemeente) of which source" in found[1]
    assert "correction 2: figure: source 'tellingen' reads no 'misdrijven' of 1999" in found[2]
    assert "elders.toml: source: unknown source 'kadaster'; known: tellingen" in found[3]


@pytest.mark.parametrize(
    "missing", ["area   = ", "period = ", "figure = ", "value  = ", "why    = ", "role   = "]
)  # fmt: skip
def test_each_part_of_a_correction_is_needed(tmp_path: Path, missing: str):
    without = "\n".join(line for line in CORRECTION.splitlines() if not line.startswith(missing))
    assert any("field required" in one for one in faults(tmp_path, without))


@pytest.mark.parametrize("value", ["-1", "nan", "inf", '"12"', "true"])
def test_a_figure_is_a_number_of_0_or_more(tmp_path: Path, value: str):
    assert faults(tmp_path, CORRECTION.replace("value  = 12", f"value  = {value}"))


def test_a_figure_is_corrected_once_in_all_files(tmp_path: Path):
    again = CORRECTION.replace("value  = 12", "value  = 13").replace("bureau", "tweede", 1)
    (fault,) = faults(tmp_path, CORRECTION, corrections_tweede=again)
    assert "tweede.toml: correction 1: is of the same figure as" in fault
    assert "bureau.toml: correction 1" in fault


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("gegevensbeheerder", "Fatma Yildiz"),
        ("gegevensbeheerder", "P. Smolders"),
        ("gegevensbeheerder", "mevr. Smolders"),
        ("gegevensbeheerder", "beheer, p.smolders@example.org"),
        ("gegevensbeheerder", "Gegevensbeheerder (Kees)"),
        ("Het bureau stond als plaats van alle aangiften.", "Gebeld met dhr. Smolders van de politie."),
        ("Het bureau stond als plaats van alle aangiften.", "Volgens Jansen van de politie."),
    ],
)
def test_nobody_is_named_in_what_is_published(tmp_path: Path, field: str, text: str):
    (fault,) = faults(tmp_path, CORRECTION.replace(field, text))
    assert "may be of a person, and this is published: say a role or an office" in fault


@pytest.mark.parametrize("role", ["team Data & Onderzoek", "wijkagent", "Functionaris gegevensbescherming", "OOV"])
def test_a_role_is_any_office(tmp_path: Path, role: str):
    assert declared(tmp_path, CORRECTION.replace("gegevensbeheerder", role)).corrections


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SOURCE.replace('"open"', '"vertrouwelijk"'), "is confidential, and a correction is published with the map"),
        (
            SOURCE.replace('[table]\npath = "tellingen.csv"', RASTER),
            "has no figures per buurt, wijk or gemeente that are used as they are",
        ),
    ],
)
def test_what_is_confidential_or_ones_own_is_mended_where_it_is(tmp_path: Path, source: str, said: str):
    assert any(said in one for one in faults(tmp_path, CORRECTION, source))


def test_of_a_source_that_is_not_right_itself_nothing_more_is_said(tmp_path: Path):
    found = faults(tmp_path, CORRECTION, SOURCE.replace("vintage = 2024", ""))
    assert all("bureau" not in one for one in found)
