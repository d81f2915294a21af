"""A theme that names kinds of crime gets the figures of the police for each, from the service to the layer."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from boundaries import vintages
from geo.areas import AreaFrame
from services.http.client import Client
from services.http.transport import RetryPolicy
from services.jobs import fetch as job
from services.testland.country import Testland
from tests.services.running import Zicht
from tests.standin import pdok, statline
from tests.standin.server import Standin

PARTS = {"handel": ("3.1.1", 10), "overlast": ("2.1.1", 2), "middelen": ("2.6.10", 3)}
"""Our name, the code as the police write it, and what part of all crimes it is in the stand-in."""
SOURCE = """
id = "soorten"
title = "Misdrijven naar soort"
publisher = "Politie"
license = "CC BY 4.0"
url = "https://dataderden.cbs.nl"
attribution = "Politie, via CBS"
status = "open"
key = "buurtcode"
vintage = 2024
periods = [2024]

[statline]
service = "https://dataderden.cbs.nl"
years = [2023, 2024]

[statline.tables]
2024 = "47018NED"
"""
THEME = """
id = "soorten"
title = "Naar soort"
question = "Waar is het meer?"
level = "buurt"

[search]
statistic = "getis_ord"
neighbors = "queen"
max_q = 0.05

[privacy]
min_count = 1
min_exposure = 1
"""
OF_SOURCE = """
[statline.column.{name}]
title = "Geregistreerde misdrijven"
select = {{ SoortMisdrijf = "{code}" }}

[columns.{name}]
kind = "count"
title = "{name}"
formula = "{name}_{{periode}}"
"""
OF_THEME = """
[[indicator]]
id = "{name}"
title = "{name}"
why = "Daarom."
source = "soorten"
value = "{name}"
per = "kerncijfers.inwoners"
scale = 1000
unit = "per 1.000 inwoners"
weight = 1
"""


@pytest.fixture
def eigen(tmp_path: Path) -> Path:
    """A folder with the source and the theme."""
    source = SOURCE + "".join(OF_SOURCE.format(name=name, code=code) for name, (code, _) in PARTS.items())
    theme = THEME + "".join(OF_THEME.format(name=name) for name in PARTS)
    for folder, text in (("sources", source), ("themes", theme)):
        (tmp_path / "eigen" / folder).mkdir(parents=True)
        (tmp_path / "eigen" / folder / "soorten.toml").write_text(text)
    return tmp_path / "eigen"


@pytest.fixture
def standin(
    testland: Testland, buurten: AreaFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Standin]:
    small = {2024: replace(vintages.vintages()[2024], least=600)}
    monkeypatch.setattr(vintages, "vintages", lambda: small)
    monkeypatch.setattr(job, "Client", partial(Client, policy=RetryPolicy(read_timeout=5, tries=2, pause=0.01)))
    monkeypatch.setenv("ZICHT_CACHE", str(tmp_path / "cache"))
    tables = {
        statline.KWB: statline.kerncijfers(testland.figures, page=2000),
        statline.POLICE: statline.misdrijven(testland.crimes, page=2000),
    }
    with Standin(statline.StatLine(tables), pdok.Api(pdok.of_raw(testland.boundaries, buurten, 2024), 2024)) as server:
        monkeypatch.setenv("ZICHT_GATEWAY", server.url)
        yield server


def test_every_kind_that_a_theme_names_comes_in(
    zicht: Zicht, eigen: Path, standin: Standin, testland: Testland, tmp_path: Path
):
    data, home = tmp_path / "data", tmp_path / "home"
    fetched = zicht("fetch", "soorten", "--to", data, "--layers", eigen)
    assert fetched.code == 0, fetched.err
    table = pd.read_parquet(data / "sources/soorten-2024.parquet").set_index("buurtcode")
    crimes = testland.crimes.set_index("buurtcode")
    for name, (code, part) in PARTS.items():
        for year in (2023, 2024):
            assert table[f"{name}_{year}"].equals((crimes[f"misdrijven_{year}"] // part).reindex(table.index))
        padded = code.ljust(6).replace(".", r"\.")
        assert standin.count(f"SoortMisdrijf eq '{padded}' and Perioden eq '2024JJ00'")
    built = zicht("build", "soorten", "--data", data, "--home", home, "--layers", eigen)
    assert built.code == 0, built.err
    (layer,) = (home / "layers").rglob("indicatoren-*.parquet")
    shown = pd.read_parquet(layer).set_index("gebiedscode")
    inhabitants = testland.figures.set_index("buurtcode")["inwoners"]
    for name in ("overlast", "middelen"):
        known = shown[name].dropna()
        rate = 1000 * table[f"{name}_2024"] / inhabitants
        assert len(known) > 300
        assert np.corrcoef(known, rate[known.index])[0, 1] > 0.8  # rates are shrunk, the same order is enough
