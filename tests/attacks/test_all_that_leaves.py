"""All that leaves, to the byte, follows from perturbed counts: two municipalities whose records differ, but not what is
left of them after noise, publish the same files and the same folder for a CDN. All that is answered is read from these.

So there is nothing to look for beside these counts: not in statistics of columns, free pages, order of rows, sizes,
extents, classes, ranks, lists of areas, texts or filters; and what they tell of one another, `zicht audit` says. It is
one home with everything at once: areas of two levels, hexagons, rates, a growth, a share, a count by
itself and sums of counts, two themes, lenses, what is expected, a second search and a robust one.
"""

import shutil
from dataclasses import replace
from itertools import count

import numpy as np
import pandas as pd
import pytest

from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import catalog_of
from layers.evaluation.audit import Audit
from layers.method import measure_plan, reading
from layers.method.country import Country
from layers.method.protection import protected, protected_receipt
from layers.method.reading import Own
from services.jobs import audit, site
from services.jobs.build import LayerRequest, build_and_save
from services.jobs.publish import publish_all
from services.releases import record
from services.sources.folder import Folder
from services.sources.records.tally import RecordsInput, tally
from tests.country import raw, squares
from tests.keys import MadeUpKeys
from tests.services.running import told
from tests.services.sources.records.test_build import PEOPLE, SOURCE

AREAS = squares(12, 10)
YEAR = replace(vintage(2024), least=len(AREAS), gemeenten=2)
KINDS = ("hennep", "lawaai", "overig")
FORMULAS = {
    "alle": " + ".join(f"{one}_{{periode}}" for one in KINDS),
    "eerder": " + ".join(f"{one}_{{periode-1}}" for one in KINDS),
    **{one: f"{one}_{{periode}}" for one in KINDS},
}
RECORDS = (
    SOURCE.replace('status = "open"', "").partition("[records.count")[0]
    + "".join(f'[records.count.{one}]\nwhere = {{ soort = ["{one}"] }}\n' for one in KINDS)
    + "".join(f'[columns.{one}]\nkind = "count"\ntitle = "{one}"\nformula = "{text}"\n'
              for one, text in FORMULAS.items())
)  # fmt: skip
INDICATORS = {
    "alle": ("alle", "mensen.inwoners", "scale = 1000"),
    "toename": ("alle", "eerder", "min_exposure = 5"),
    "aandeel": ("hennep", "alle", "share = true\nmin_exposure = 5"),
    "lawaai": ("lawaai", None, ""),
    "overig": ("overig", "alle", "weight = 0\nmin_exposure = 5"),
}


SEARCH = """question = "Waar?"
level = "buurt"
audience = "publiek"
[search]
statistic = "place_scan"
max_q = 0.05
second = "getis_ord_total"
[privacy]
min_count = 5
min_exposure = 50
"""
EXPECTED = """[expected]
indicators = ["alle"]
[[expected.term]]
column = "mensen.inwoners"
title = "inwoners"
why = "Mensen."
"""
LENS = """id = "ander"
title = "Ander"
theme = "proef"
reference = "expected"
others = "keep"
[[change]]
indicator = "overig"
weight = 2
why = "Telt."
"""


def indicator(name):
    value, per, more = INDICATORS[name]
    of = f'per = "{per}"\n' if per else ""
    said = f'[[indicator]]\nid = "{name}"\ntitle = "{name}"\nwhy = "Telt."\n'
    return f'{said}source = "tellingen"\nvalue = "{value}"\n{of}{more}\n'


def theme(name, *indicators, more=""):
    return f'id = "{name}"\ntitle = "Zicht op {name}"\n{SEARCH}{more}' + "".join(map(indicator, indicators))


DECLARED = {
    "themes/proef.toml": theme("proef", *INDICATORS, more=EXPECTED),
    "themes/cellen.toml": theme("cellen", "toename", "aandeel", "lawaai"),
    "lenses/ander.toml": LENS, "sources/mensen.toml": PEOPLE, "sources/tellingen.toml": RECORDS,
}  # fmt: skip
REQUESTS = (
    LayerRequest("proef", AreaLevel.BUURT, period=2024, robust=True),
    LayerRequest("proef", AreaLevel.WIJK, period=2024),
    LayerRequest("cellen", AreaLevel.H3_8, period=2024),
    LayerRequest("proef", AreaLevel.BUURT, "ander", 2024),
    LayerRequest("cellen", AreaLevel.BUURT, period=2024),
)


def people(rng):
    return pd.DataFrame({"buurtcode": AREAS.ids, "inwoners": rng.integers(200, 2_000, len(AREAS))})


def records(rng, inhabitants):
    """Records of two years, three times as many in a corner."""
    place = AREAS.table.centroid
    corner = (place.x < place.x.quantile(0.3)) & (place.y < place.y.quantile(0.4))
    expected = inhabitants["inwoners"].to_numpy() * 0.008 * np.where(corner, 3, 1)
    tables = []
    for year in (2023, 2024):
        at = np.repeat(np.arange(len(AREAS)), rng.poisson(expected))
        shift = rng.uniform(-240, 240, (2, len(at)))
        tables.append(pd.DataFrame({"x": place.x.to_numpy()[at] + shift[0], "y": place.y.to_numpy()[at] + shift[1],
                                    "jaar": year, "soort": rng.choice(KINDS, len(at), p=[0.2, 0.5, 0.3])}))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def published(folder, rows, inhabitants, boundaries):
    """A home in which all of it is published, and the folder for a CDN."""
    (folder / "data/boundaries").mkdir(parents=True)
    shutil.copy(boundaries, folder / "data/boundaries/buurten-2024.gpkg")
    inhabitants.to_csv(folder / "data/mensen.csv", index=False)
    rows.to_csv(folder / "data/aangiften.csv", sep=";", decimal=",", index=False)
    for name, text in DECLARED.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    known, keys = catalog_of(folder), MadeUpKeys()

    def counted(one, areas):
        return tally(one, areas, RecordsInput(folder / "data", key_of=lambda told: keys.keys(one.id, told)))

    country = Country(Folder(folder / "data"), YEAR, known, Own(counted, keyring=keys))
    home = folder / "home"
    build_and_save(country, REQUESTS, home, told)
    done = publish_all(home, home / "pygeoapi-config.yml", known, told)
    return done.folder, site.export(home, None, told)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """What leaves of some records, and of others of which the noise leaves the same."""
    rng = np.random.default_rng(4)
    inhabitants = people(rng)
    boundaries = tmp_path_factory.mktemp("grenzen") / "buurten.gpkg"
    raw(AREAS).to_file(boundaries)
    rows, others = records(rng, inhabitants), records(rng, inhabitants)
    before, differing = [], []

    def seeing(measure, **noise):
        before.append(protected(measure, **noise))
        return before[-1]

    def the_same(measure, **noise):
        own, turn = protected(measure, **noise), before[next(at)]
        differing.append(int((own.events != turn.events).sum()))
        return turn

    at = count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZICHT_VAULT", str(tmp_path_factory.mktemp("kluis") / "vault"))
        patch.setattr(audit, "audited", lambda _: Audit(0, 0, 0, 1.0, ()))  # what counts tell is not tried here
        patch.setattr(reading, "protected_receipt",
                      lambda *told: replace(protected_receipt(*told), sha256="0" * 64))  # fmt: skip
        patch.setattr(record, "datetime", Clock)
        patch.setattr(measure_plan, "protected", seeing)
        first = published(tmp_path_factory.mktemp("waar"), rows, inhabitants, boundaries)
        patch.setattr(measure_plan, "protected", the_same)
        second = published(tmp_path_factory.mktemp("anders"), others, inhabitants, boundaries)
    assert next(at) == len(before)
    assert sum(differing) > 500
    return first, second


class Clock:
    """One moment for both."""

    @staticmethod
    def now(zone):
        return pd.Timestamp("2026-01-01", tz=zone).to_pydatetime()


def files(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("which", [0, 1], ids=["release", "static"])
def test_every_file_is_the_same_to_the_byte(pair, which):
    first, second = (files(one[which]) for one in pair)
    assert list(first) == list(second)
    assert len(first) > 10
    assert not [name for name in first if first[name].read_bytes() != second[name].read_bytes()]
