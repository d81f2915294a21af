"""Years on boundaries of their own, as periods of one theme: crimes of the gemeenten of 2015 beside those of 2024."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.publication.collections import collections
from services.jobs.build import LayerRequest, build, open_country
from services.jobs.series import SeriesRequest, declare, series, write
from tests.services.running import told

pytestmark = pytest.mark.real

KWB = "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"
THEME = """
id = "trend"
title = "Misdrijven door de jaren"
question = "Waar zijn er meer dan elders?"
level = "gemeente"

[search]
statistic = "place_scan"
max_q = 0.05

[privacy]
min_count = 5
min_exposure = 50

[[indicator]]
id = "misdrijven"
title = "Misdrijven"
why = "Alle soorten."
source = "reeks_misdrijven"
value = "reeks_misdrijven"
per = "reeks_inwoners.reeks_inwoners"
scale = 1000
unit = "per 1.000 inwoners"
"""


@pytest.fixture(scope="module")
def folder(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of figures in which a user put what `zicht series` made of both years, and two sources of these."""
    root = tmp_path_factory.mktemp("trend")
    crimes = pd.read_csv(real / "crime/cbs_83648NED_2015_gemeente_soortmisdrijf.csv.gz", dtype=str)
    people = pd.read_csv(real / "branche/cbs_70072ned_2015_regionale_kerncijfers.csv.gz", dtype=str)
    crimes = crimes[crimes["SoortMisdrijf"].str.strip() == "0000000"].set_index("RegioS")
    table = pd.DataFrame(
        {
            "misdrijven": crimes["TotaalGeregistreerdeMisdrijven_1"],
            "inwoners": people.set_index("RegioS")["TotaleBevolking_1"],
        }
    ).apply(pd.to_numeric, errors="coerce")
    table.loc[table.index.str.startswith("GM")].dropna().rename_axis("gemeente").to_csv(root / "2015.csv")
    shutil.copytree(real / "boundaries", root / "boundaries", copy_function=shutil.copyfile)
    (root / KWB).parent.mkdir()
    for name in ("buurt", "gemeente"):
        for file in (real / "kerncijfers").glob(f"nl_{name}_2024_k*_woonikveilig.csv.gz"):
            shutil.copyfile(file, root / "kerncijfers" / file.name)
    shutil.copyfile(real / "kerncijfers/nl_wijk_2024_kerncijfers_woonikveilig.csv.gz",
                    root / "kerncijfers/nl_wijk_2024_kerncijfers_woonikveilig.csv.gz")  # fmt: skip
    for of, column in (("misdrijven", "misdrijven_2024"), ("inwoners", "inwoners")):
        files = {2015: root / "2015.csv", 2024: root / KWB}
        zero = (
            of == "inwoners"
        )  # of a buurt in which nobody lives the cell is empty, as layers/sources/kerncijfers says
        request = SeriesRequest(files, of, 2024, AreaLevel.GEMEENTE, columns={2024: column}, empty_is_zero=zero)
        write(series(request, root, told), root / f"{of}.csv")
        source = declare(request, root / f"{of}.csv", root, root)
        source.write_text(source.read_text(encoding="utf-8").replace('"vertrouwelijk"', '"open"'), encoding="utf-8")
    (root / "themes").mkdir()
    (root / "themes/trend.toml").write_text(THEME, encoding="utf-8")
    return root


def test_crimes_of_the_gemeenten_of_2015_come_to_those_of_2024_and_none_is_lost(folder: Path):
    then, made = pd.read_csv(folder / "2015.csv", index_col=0)["misdrijven"], pd.read_csv(folder / "misdrijven.csv")
    carried = made[made["periode"] == 2015].set_index("gebiedscode")["waarde"]
    assert (len(then), len(carried)) == (393, 342)
    assert carried.sum() == pytest.approx(then.sum())
    assert carried["GM1960"] == then[["GM0236", "GM0304", "GM0733"]].sum()  # West Betuwe
    assert carried["GM0599"] == then["GM0599"]


def test_what_is_found_in_2024_is_new_since_the_map_of_2015_on_which_nothing_is(folder: Path):
    country = open_country(str(folder), load(folder), 2024)
    requests = [LayerRequest("trend", AreaLevel.GEMEENTE, period=period) for period in (2015, 2024)]
    then, now = (build(country, request, told) for request in requests)
    assert then.zoekgebieden.empty
    assert then.summary["tested"] == 337
    published = collections([then, now])[0].table
    assert set(published["periode"]) == {2024}
    assert "GM0599" in published["gebiedscodes"].iloc[0]
    assert published["verloop"].tolist() == ["nieuw"] * len(now.zoekgebieden)
