"""A theme, a lens and a source as people write them, and the country of squares that they are about."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from geo.areas import AreaFrame, AreaLevel
from geo.disclosure.perturbation import Noise
from geo.measures import Measure
from geo.neighbors import Neighbors, queen
from layers.declarations.catalog import Catalog, catalog_of
from layers.method.alone import found_alone
from layers.method.beside import Beside
from layers.method.build import Analysis, analysis, search, weights_of
from layers.method.indicator_values import indicator_values
from layers.method.places import StudyArea
from layers.method.published import published_layer
from layers.method.second import second_search
from layers.publication.layer import Layer, LayerKey, Provenance, Receipt
from layers.publication.perturbed import perturbed_counts
from layers.publication.protected import Protected, protect
from tests.country import buurtcode, squares

SOURCE = """
id = "tellingen"
title = "Tellingen per buurt"
publisher = "Testbureau"
license = "CC0"
url = "https://example.org/tellingen"
attribution = "Testbureau"
status = "open"
key = "buurtcode"
vintage = 2024
periods = [2023, 2024]

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
formula = "huurders"

[columns.afstand]
title = "Afstand"
formula = "afstand"
"""

THEME = """
id = "proef"
title = "Zicht op proef"
question = "Waar komt het samen?"
level = "buurt"

[search]
statistic = "getis_ord"
max_q = 0.05

[privacy]
min_count = 5
min_exposure = 50

[[indicator]]
id = "misdrijven"
title = "Misdrijven"
why = "Meer misdrijven."
source = "tellingen"
value = "misdrijven"
per = "inwoners"
scale = 1000
unit = "per 1.000 inwoners"
weight = 2

[[indicator]]
id = "huur"
title = "Huurders"
why = "Meer huurders."
source = "tellingen"
value = "huurders"
per = "huishoudens"
scale = 100
unit = "%"

[[indicator]]
id = "afstand"
title = "Afstand tot het centrum"
why = "Verder weg."
source = "tellingen"
value = "afstand"
mean_weight = "huishoudens"
weight = 0
direction = "low"
"""

LENS = """
id = "nabij"
title = "Nabij"
theme = "proef"

[[change]]
indicator = "afstand"
weight = 3
why = "Dichtbij telt."

[[change]]
indicator = "huur"
weight = 0
why = "Huur telt niet."
"""

SIDE = 12
HOT = [(column, row) for column in (4, 5, 6, 7) for row in (4, 5, 6, 7)]
"""Where the crimes of the squares are three times as many: on either side of the border between its gemeenten."""
QUIET = (6, 5)
"""The square in the hot place on which there are too few crimes to show."""


def written(root: Path, **files: str) -> Path:
    """The folder with the three declarations; `themes_x="..."` adds or replaces `themes/x.toml`."""
    texts = {"themes_proef": THEME, "lenses_nabij": LENS, "sources_tellingen": SOURCE} | files
    for name, text in texts.items():
        folder, _, id_ = name.partition("_")
        (root / folder).mkdir(exist_ok=True)
        (root / folder / f"{id_}.toml").write_text(text, encoding="utf-8")
    return root


def catalog(root: Path, **files: str) -> Catalog:
    """The catalog of that folder."""
    return catalog_of(written(root, **files))


def board() -> tuple[AreaFrame, Neighbors, dict[tuple[int, int], str]]:
    """The squares, who borders whom, and the code of each by column and row."""
    areas = squares(SIDE, SIDE)
    return areas, queen(areas), {place: buurtcode(*place, SIDE) for place in product(range(SIDE), repeat=2)}


def counts(code: dict[tuple[int, int], str]) -> pd.DataFrame:
    """What there is to count in every square."""
    rng = np.random.default_rng(10)
    table = pd.DataFrame({"inwoners": rng.integers(400, 2_000, SIDE**2)}, index=pd.Index(sorted(code.values())))
    table["huishoudens"] = table["inwoners"] // 2
    table["huurders"] = rng.binomial(table["huishoudens"], 0.4)
    table["misdrijven"] = rng.poisson(table["inwoners"] * 0.03)
    hot = [code[place] for place in HOT]
    table.loc[hot, "misdrijven"] *= 3
    table.loc[code[QUIET], "misdrijven"] = 3
    table["afstand"] = rng.uniform(1, 10, len(table))
    return table.rename_axis("area_id")


def measures(table: pd.DataFrame) -> dict[str, Measure]:
    """The measures of the three indicators under the floors of the theme."""
    nothing = pd.Series(None, index=table.index, dtype=object)
    made = (
        Measure.of("misdrijven", table["misdrijven"], table["inwoners"], nothing),
        Measure.of("huur", table["huurders"], table["huishoudens"], nothing),
        Measure.of("afstand", table["afstand"] * table["huishoudens"], table["huishoudens"], nothing, shrunk=False),
    )
    return {one.id: one.with_floor(50) for one in made}


def provenance(*, made_up: bool = True) -> Provenance:
    """From what the squares come: nowhere."""
    receipt = Receipt("tellingen", "Tellingen", "nergens", "0" * 64, SIDE**2, "CC0", "Testbureau")
    return Provenance((receipt, receipt), {"themes/proef": "0" * 64}, 2024, "0", ("none",), made_up)


def layer(known: Catalog, analysis: Analysis, lens: str = "basis", gemeente: str | None = None) -> Protected:
    """The layer of an analysis."""
    theme = known.theme("proef")
    key = LayerKey("proef", AreaLevel.BUURT, 2024, lens, gemeente)
    return protect(published_layer(analysis, key, theme, known.lens(lens, theme), provenance(), 0.0), None)


def confidential(of: Layer, *sources: str) -> Protected:
    """The layer as if these sources were confidential, and ten were counted in each of its areas."""
    statuses = dict(of.provenance.sources) | dict.fromkeys(sources, "vertrouwelijk")
    receipts = tuple(replace(one, rows=None) for one in of.provenance.receipts)
    ten = pd.Series(10.0, of.table["gebiedscode"])
    counts = perturbed_counts(sources[0], of.key.level, of.provenance.vintage, ten, Noise(), 5.0)
    fields = ("key", "theme", "lens", "table", "zoekgebieden")
    made_from = replace(of.provenance, sources=statuses, receipts=receipts)
    return Protected(*(getattr(of, name) for name in fields), made_from, of.summary, counts)


def built(known: Catalog, table: pd.DataFrame | None = None, lens: str = "basis", **changed: object) -> Analysis:
    """The theme built on the squares, with other counts, another lens or other measures if so wished."""
    areas, neighbors, code = board()
    theme = known.theme("proef")
    made = measures(counts(code) if table is None else table) | changed
    study, through = StudyArea(areas, neighbors), known.lens(lens, theme)
    values = {one.id: indicator_values(made[one.id], indicator=one, floor=theme.floor(one)) for one in theme.indicator}
    weights = weights_of(theme, through)
    how = {"statistic": theme.search.statistic, "max_q": theme.search.max_q, "largest": theme.search.largest}
    result = search(study, *(values[one] for one in weights), weights=weights, **how)
    alone = {one: found_alone(study, values[one], **how) for one in weights} if len(weights) > 1 else {}
    flags = []
    if theme.search.second is not None:
        how["statistic"] = theme.search.second
        flags = [second_search(study, *(values[one] for one in weights), weights=weights, **how)]
    others = Beside(alone, *flags)
    return analysis(study, result, others, *values.values(), theme=theme, lens=through, period=2024)
