"""The whole country again after a change, beside a full build; and what twelve layers of it take beside two.

Aims: a changed weight in under a tenth of a full build of all national themes, ten layers in at most twice what two
take. Seconds are those of the processor: a busy machine changes them less. They are those of the build in a process
that has loaded all it needs; to load it takes a command 1.3 seconds, and 1 more where it searches.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from geo.areas import AreaLevel
from layers.declarations.catalog import Catalog, catalog_of
from services.jobs.build import LayerRequest, build_and_save, open_country, vintage_of_theme
from tests.real_data import folder

LENSES = ("basis", "buitengebied", *(f"lens{number}" for number in range(4)))
PERIODS = (2024, 2025)
SOURCE = "kerncijfers/nl_buurt_2024_kerncijfers_and_misdrijven_2021_2025_woonikveilig.csv.gz"

PUBLISH = """
import sys, time
from pathlib import Path
from layers.declarations.catalog import catalog_of
from services.jobs.publish import publish_all
from tests.benchmarks.side_by_side import most

home = Path(sys.argv[1])
before, start = most(), time.process_time()
publish_all(home, home / "pygeoapi-config.yml", catalog_of(Path(sys.argv[2])), lambda step: None)
print(time.process_time() - start, most())
"""


@dataclass(frozen=True)
class Given:
    """Figures, declarations and a home, each to be changed."""

    data: Path
    layers: Path
    home: Path

    @classmethod
    def at(cls, root: Path) -> "Given":
        """The real figures and the shipped declarations, with some lenses more."""
        shutil.copytree(folder(), root / "data", copy_function=shutil.copyfile)
        for part in ("themes", "lenses", "sources"):
            shutil.copytree(Path("layers") / part, root / "layers" / part)
        for number, lens in enumerate(LENSES[2:]):
            (root / "layers/lenses" / f"{lens}.toml").write_text(_lens(lens, 3 + number), encoding="utf-8")
        return cls(root / "data", root / "layers", root / "home")

    def build(self, *requests: LayerRequest) -> tuple[int, float]:
        """How many values were made, and how many seconds of the processor it took."""
        start, made, catalog = time.process_time(), 0, self.catalog
        for theme, of_theme in groupby(requests, key=lambda one: one.theme):
            vintage = vintage_of_theme(catalog, catalog.theme(theme))
            country = open_country(str(self.data), catalog, vintage, self.home)
            build_and_save(country, list(of_theme), self.home, lambda _: None)
            made += sum(one.stored for one in country.results.made)
        return made, time.process_time() - start

    @property
    def catalog(self) -> Catalog:
        """The declarations as they are now."""
        return catalog_of(self.layers)

    def edit(self, file: str, before: str, after: str) -> None:
        """Change a declaration."""
        text = (self.layers / file).read_text(encoding="utf-8")
        assert before in text
        (self.layers / file).write_text(text.replace(before, after, 1), encoding="utf-8")

    def second_theme(self) -> None:
        """Another theme, about some of the same figures."""
        text = (self.layers / "themes/misdrijven.toml").read_text(encoding="utf-8")
        for before, after in (
            ('"misdrijven"', '"tweede"'), ('"getis_ord_total"', '"getis_ord"'), (WEIGHT, "weight   = 3"),
            ('"place_scan"', '"getis_ord_total"'),
        ):  # fmt: skip
            assert before in text
            text = text.replace(before, after, 1)
        (self.layers / "themes/tweede.toml").write_text(text, encoding="utf-8")

    def source(self) -> None:
        """The same figures with one more."""
        import pandas as pd  # noqa: PLC0415  # for this one

        table = pd.read_csv(self.data / SOURCE, dtype=str, keep_default_na=False)
        column = table.columns.get_loc("misdrijven_2025")
        table.iloc[0, column] = str(float(table.iloc[0, column] or 0) + 1)
        table.to_csv(self.data / SOURCE, index=False)


def _lens(name: str, weight: int) -> str:
    change = f'[[change]]\nindicator = "misdrijven"\nweight = {weight}\nwhy = "Meer."\n'
    return f'id = "{name}"\ntitle = "Lens {name}"\ntheme = "misdrijven"\nothers = "keep"\n\n{change}'


OTHERS = (
    *("vastgoed", "leegstand_2020", "drugs_gemeente", "transacties", "branches", "branches_2012", "digitaal"),
    *("mensenhandel", "witwassen"),
)
"""The other themes of which the real files have the figures of the whole country."""
WEIGHT = "weight   = 2"
"""Of the first indicator of misdrijven."""
NEWEST = LayerRequest("misdrijven", AreaLevel.BUURT, period=2025)
CHANGES: Mapping[str, tuple[Callable[[Given], None], LayerRequest]] = {
    "nothing": (lambda _: None, NEWEST),
    "a second theme": (Given.second_theme, LayerRequest("tweede", AreaLevel.BUURT, period=2025)),
    "a new period": (lambda _: None, LayerRequest("misdrijven", AreaLevel.BUURT, period=2024)),
    "another lens": (lambda _: None, LayerRequest("misdrijven", AreaLevel.BUURT, "buitengebied", 2025)),
    "a changed weight": (lambda of: of.edit("themes/misdrijven.toml", WEIGHT, "weight   = 4"), NEWEST),
    "a changed why": (lambda of: of.edit("themes/misdrijven.toml", "Waar veel wordt", "Daar waar veel wordt"), NEWEST),
    "a changed source": (Given.source, NEWEST),
}


@pytest.fixture(scope="module", autouse=True)
def _real() -> None:
    if not folder().is_dir():
        pytest.skip(f"{folder()} is not there")


def test_what_is_made_again(tmp_path: Path):
    Given.at(tmp_path / "warm").build(NEWEST)  # compiles what is compiled once
    whole = Given.at(tmp_path / "whole")
    nodes, seconds = whole.build(NEWEST)
    others = [LayerRequest(name, whole.catalog.theme(name).level) for name in OTHERS]
    more, longer = whole.build(*others)
    country = seconds + longer
    table = Table("", "values made", "seconds", "of the theme", "of all themes", title="Again, after a change")
    table.add_row("full build of the theme", str(nodes), f"{seconds:.2f}", "1", f"{seconds / country:.2f}")
    table.add_row("full build of all themes", str(nodes + more), f"{country:.2f}", "", "1")
    for name, (change, request) in CHANGES.items():
        changed = Given.at(tmp_path / name.replace(" ", "-"))
        shutil.copytree(whole.home, changed.home)
        change(changed)
        made, took = changed.build(request)
        table.add_row(name, str(made), f"{took:.2f}", f"{took / seconds:.2f}", f"{took / country:.2f}")
    Console(width=100).print(table)


def test_many_layers_beside_two(tmp_path: Path):
    measured = {}
    for count, lenses, periods in ((2, LENSES[:2], PERIODS[1:]), (10, LENSES[:5], PERIODS), (12, LENSES, PERIODS)):
        given = Given.at(tmp_path / str(count))
        wanted = ((lens, period) for lens in lenses for period in periods)
        given.build(*(LayerRequest("misdrijven", AreaLevel.BUURT, *one) for one in wanted))
        command = [sys.executable, "-c", PUBLISH, str(given.home), str(given.layers)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        release = (given.home / "current").resolve()
        sizes = {one: _megabytes(release, one) for one in ("zicht.sqlite", "zicht.gpkg", "*.parquet", "kaart.html")}
        sizes["workspace"] = _megabytes(given.home / "layers", "**/*")
        seconds, memory = (float(one) for one in told)
        measured[count] = {**sizes, "seconds to publish": seconds, "GB of memory": memory}
    table = Table("", *(f"{count} layers" for count in measured), title="What layers of the country take, MB (times)")
    for name, two in measured[2].items():
        many = (f"{of[name]:.1f} ({of[name] / two:.2f})" for count, of in measured.items() if count != 2)
        table.add_row(name, f"{two:.1f}", *many)
    Console(width=100).print(table)


def _megabytes(where: Path, pattern: str) -> float:
    return sum(one.stat().st_size for one in where.glob(pattern) if one.is_file()) / 1e6
