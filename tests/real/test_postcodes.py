"""All postcodes of the country of 2020 on the buurten of 2024: homes that stand empty and what homes are worth, by
households; held against an overlay and against what is counted per buurt.

The file of polygons has no year of its own (its inhabitants are those of about 2021) and lacks two of the postcodes.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.messages import speaking
from layers.method.country import Country
from services.jobs.build import LayerRequest, build, open_country

pytestmark = pytest.mark.real

SOURCE = """
id = "pc4"
title = "Cijfers per postcode"
publisher = "CBS"
license = "CC BY 4.0"
url = "https://www.cbs.nl/postcode"
attribution = "CBS, Postcode 4"
status = "open"
level = "pc4"
key = "PC4"
vintage = 2024
codes_of = 2020
periods = [2024]
rounded_to = 5

[dasymetric]
source = "kerncijfers"
column = "huishoudens"

[table]
path = "postcode/cbs_pc4_2020_v1.csv.gz"

[columns.inwoners_pc4]
kind = "stock"
title = "Inwoners"
formula = "INWONER"

[columns.woningen_pc4]
kind = "stock"
title = "Woningen"
formula = "WONING"

[columns.leeg]
kind = "stock"
title = "Niet bewoonde woningen"
formula = "WON_NBEW"

[columns.woz]
kind = "rate"
per = "woningen_pc4"
title = "Gemiddelde WOZ-waarde"
formula = "WOZWONING"
"""
THEME = """
id = "leegstand"
title = "Zicht op leegstand"
question = "Waar staan woningen leeg?"
level = "buurt"

[search]
statistic = "place_scan"
max_q = 0.05

[privacy]
min_count = 5
min_exposure = 50

[[indicator]]
id = "leeg"
title = "Woningen waarin niemand staat ingeschreven"
why = "Een woning waarin niemand staat ingeschreven, is een plek waar weinig op wordt gelet."
source = "pc4"
value = "leeg"
per = "woningen_pc4"
scale = 100
unit = "%"
share = true

[[indicator]]
id = "woz"
title = "Gemiddelde WOZ-waarde"
why = "Context."
source = "pc4"
value = "woz"
mean_weight = "woningen_pc4"
weight = 0
"""


@pytest.fixture(scope="module")
def opened(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Country:
    root = tmp_path_factory.mktemp("pc4")
    shutil.copytree(real, root / "data", copy_function=shutil.copyfile)
    shutil.copyfile(real / "boundaries/nl_postcode4_certegis.parquet", root / "data/boundaries/pc4-2020.parquet")
    for folder, text in (("sources/pc4", SOURCE), ("themes/leegstand", THEME)):
        (root / folder).parent.mkdir(exist_ok=True)
        (root / f"{folder}.toml").write_text(text, encoding="utf-8")
    return open_country(str(root / "data"), load(root), 2024)


@pytest.fixture(scope="module")
def postcodes(real: Path) -> pd.DataFrame:
    """The figures of 2020, read apart from zicht."""
    table = pd.read_csv(real / "postcode/cbs_pc4_2020_v1.csv.gz", dtype=str).set_index("PC4")
    numbers = table[["INWONER", "WONING", "WON_NBEW", "WOZWONING"]].apply(pd.to_numeric)
    return numbers.mask(numbers == -99997)


def test_vacant_homes_of_the_country_come_to_buurten_and_what_did_not_is_named(
    opened: Country, postcodes: pd.DataFrame
):
    with speaking("nl"):
        layer = build(opened, LayerRequest("leegstand", AreaLevel.BUURT), lambda _: None)
    assert len(layer.table) == 14_568
    assert layer.zoekgebieden.empty
    both = postcodes.dropna(subset=["WON_NBEW", "WONING"])
    rate = 100 * both["WON_NBEW"].sum() / both["WONING"].sum()
    assert layer.summary["national"]["leeg"] == pytest.approx(rate, abs=0.05)
    notes = next(one for one in layer.provenance.receipts if one.id == "sources/pc4").notes
    assert notes[0] == "postcodes die niet zijn overgezet, want het bestand met grenzen heeft ze niet: 4196, 5028"
    assert notes[1].startswith("postcodes die niet geheel zijn overgezet, want een cijfer ervan is onbekend: 1037, ")
    assert notes[2].startswith("inwoners_pc4: 100,0% kwam in deze gebieden terecht, ")


def test_inhabitants_come_within_a_tenth_of_what_is_counted_per_buurt_and_by_surface_nowhere_near(
    opened: Country, postcodes: pd.DataFrame
):
    sources = opened.catalog.sources
    truth = opened.results.of(opened.figure_plan.figures_node(sources["kerncijfers"], 2024)).values[
        "kerncijfers.inwoners"
    ]
    off = {}
    for name, by in (("households", sources["pc4"].dasymetric), ("surface", None)):
        source = sources["pc4"].model_copy(update={"dasymetric": by})
        there = opened.results.of(opened.figure_plan.figures_node(source, 2024)).values["pc4.inwoners_pc4"]
        large = (truth > 200) & there.notna()
        off[name] = ((there - truth).abs() / truth)[large].median()
        assert large.sum() > 10_000
    # Of half of the buurten; four years lie between the two counts.
    assert off["households"] == pytest.approx(0.078, abs=0.003)
    assert off["surface"] > 0.6
    assert postcodes["INWONER"].sum() == pytest.approx(17.4e6, rel=0.001)


def test_the_mean_value_of_homes_is_that_of_the_postcodes_weighed_by_homes(opened: Country, postcodes: pd.DataFrame):
    measure = opened.measures(opened.catalog.theme("leegstand"), AreaLevel.BUURT, 2024)["woz"]
    both = postcodes.dropna(subset=["WOZWONING", "WONING"])
    national = np.average(both["WOZWONING"], weights=both["WONING"])
    assert measure.national == pytest.approx(national, rel=0.01)
    value = (measure.events / measure.exposure)[measure.known]
    assert value.between(both["WOZWONING"].min() - 1e-6, both["WOZWONING"].max() + 1e-6).all()
