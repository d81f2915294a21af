"""Testland with a made-up turnover: how much in each buurt, of how many firms, and what the largest two have."""

from functools import cached_property

import numpy as np
import pandas as pd

from boundaries.vintages import vintage
from layers.declarations.catalog import Catalog
from layers.method.country import Country
from layers.method.ports import Identity
from layers.method.reading import Own
from services.testland.source import TestlandSource
from tests.keys import MadeUpKeys
from tests.layers.declared import catalog

SOURCE = """
id = "omzet"
title = "Omzet van horeca"
publisher = "Gemeente Havermonde"
license = "vertrouwelijk"
url = "https://example.org/omzet"
attribution = "Gemeente Havermonde"
vintage = 2024
periods = [2024]

[table]
path = "omzet.csv"

[suppression]
min_units = 3
percent = 10

[columns.omzet]
title = "Omzet"
formula = "omzet"
kind = "count"
contributions = { units = "zaken", largest = "grootste", second = "tweede" }

[columns.zaken]
title = "Zaken"
formula = "zaken"
kind = "count"

[columns.grootste]
title = "Omzet van de grootste"
formula = "grootste"

[columns.tweede]
title = "Omzet van de tweede"
formula = "tweede"
"""
PEOPLE = """
id = "mensen"
title = "Inwoners"
publisher = "CBS"
license = "CC BY"
url = "https://example.org/mensen"
attribution = "CBS"
status = "open"
vintage = 2024
periods = [2024]

[table]
path = "mensen.csv"

[columns.inwoners]
title = "Inwoners"
formula = "inwoners"
kind = "stock"
"""
THEME = """
id = "proef"
title = "Zicht op omzet"
question = "Waar gaat veel om?"
level = "buurt"

[search]
statistic = "getis_ord"
max_q = 0.05

[privacy]
min_count = 5
min_exposure = 0

[[indicator]]
id = "omzet_horeca"
title = "Omzet van horeca"
why = "Meer dan er klanten zijn."
source = "omzet"
value = "omzet"
per = "mensen.inwoners"
unit = "euro per inwoner"
"""
LENS = """
id = "nabij"
title = "Nabij"
theme = "proef"

[[change]]
indicator = "omzet_horeca"
weight = 2
why = "Telt dubbel."
"""


def turnover(codes, seed=25, largest=14) -> pd.DataFrame:
    """Firms of each buurt, from none to fewer than `largest`, with lognormal turnovers."""
    draws = np.random.default_rng(seed)
    cells = [np.sort(draws.lognormal(11, 1.2, size).round())[::-1] for size in draws.integers(0, largest, len(codes))]
    columns = {"omzet": [one.sum() for one in cells], "zaken": [len(one) for one in cells]}
    columns |= {
        name: [one[at] if len(one) > at else 0.0 for one in cells] for at, name in enumerate(("grootste", "tweede"))
    }
    return pd.DataFrame({"buurtcode": codes, **columns})


class WithTurnover(TestlandSource):
    """Testland, and its turnover."""

    @cached_property
    def figures(self) -> pd.DataFrame:
        return turnover(sorted(self.country.figures["buurtcode"]))

    def table(self, declaration):
        if declaration.id != "omzet":
            return super().table(declaration)
        self._receive("sources/omzet", declaration.title, self.figures)
        return self.figures

    def has(self, declaration):
        return declaration.id == "omzet" or super().has(declaration)

    def identity(self, vintage, declaration=None):  # noqa: ARG002
        return Identity(None)


def declared(root, **files) -> Catalog:
    """The declarations of the theme."""
    texts = {"themes_proef": THEME, "sources_mensen": PEOPLE, "lenses_nabij": LENS, "sources_omzet": SOURCE}
    return catalog(root, **(texts | files))


def country(root, source=None, **files) -> Country:
    """The country of these declarations."""
    return Country(source or WithTurnover(), vintage(2024), declared(root, **files), Own(keyring=MadeUpKeys()))
