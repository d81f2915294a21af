"""Two sources that each have a column `inwoners`: every indicator is made from the one that it names."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from services.jobs.build import LayerRequest, build, open_country
from tests.country import raw, squares
from tests.layers.declared import THEME, catalog, written
from tests.services.running import Zicht, told

AREAS = squares(12, 12)
OTHER = """
id = "registratie"
title = "Registratie"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org/registratie"
attribution = "Testbureau"
status = "open"
key = "buurtcode"
vintage = 2024
periods = [2024]

[table]
path = "registratie.csv"

[columns.inwoners]
title = "Ingeschrevenen"
formula = "inwoners"

[columns.misdrijven]
title = "Meldingen"
formula = "misdrijven"
"""
OF_OTHER = """
[[indicator]]
id = "{id}"
title = "{id}"
why = "Daarom."
source = "registratie"
value = "misdrijven"
per = "{per}"
"""
PER = {"per_eigen": "inwoners", "per_eerste": "tellingen.inwoners"}
BOTH = THEME + "".join(OF_OTHER.format(id=name, per=column) for name, column in PER.items())
FILES = {"sources_registratie": OTHER, "themes_proef": BOTH}


def figures(inwoners: int, misdrijven: int) -> pd.DataFrame:
    at = np.arange(len(AREAS))
    table = pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": inwoners + at, "misdrijven": misdrijven + at % 9})
    return table.assign(misdrijven_2023=table["misdrijven"], misdrijven_2024=table["misdrijven"])


FIRST, SECOND = figures(1000, 40), figures(5000, 300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    (data / "boundaries").mkdir(parents=True)
    raw(AREAS).to_file(data / "boundaries/buurten-2024.gpkg")
    FIRST.assign(huishoudens=500, huurders=200, afstand=3).to_csv(data / "tellingen.csv", index=False)
    SECOND.to_csv(data / "registratie.csv", index=False)
    return data


def test_two_sources_with_one_column_are_no_fault(zicht: Zicht, tmp_path: Path):
    checked = zicht("check", "--layers", written(tmp_path, **FILES))
    assert checked.code == 0, checked.err
    assert "registratie" in checked.out


def test_each_indicator_has_the_figures_of_the_source_that_it_names(folder: Path, tmp_path: Path):
    (tmp_path / "layers").mkdir()
    country = open_country(str(folder), catalog(tmp_path / "layers", **FILES), 2024, tmp_path / "home")
    layer = build(country, LayerRequest("proef", AreaLevel.BUURT), told)
    measures = country.measures(layer.theme, AreaLevel.BUURT, 2024)
    of = {"misdrijven": (FIRST, FIRST), "per_eigen": (SECOND, SECOND), "per_eerste": (SECOND, FIRST)}
    for name, (events, exposure) in of.items():
        assert measures[name].events.tolist() == events["misdrijven"].tolist(), name
        assert measures[name].exposure.tolist() == exposure["inwoners"].tolist(), name
    national = SECOND["misdrijven"].sum() / FIRST["inwoners"].sum()
    values = layer.table.set_index("gebiedscode")["per_eerste"]
    assert values.mean() == pytest.approx(national, rel=0.01)
    sources = {one.id for one in layer.provenance.receipts}
    assert {"sources/tellingen", "sources/registratie"} <= sources
