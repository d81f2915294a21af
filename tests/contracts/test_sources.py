"""What every source of the registry does, wherever its figures come from; a new one needs a line among the tries."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from boundaries.hexagons import hexagons
from boundaries.rd import RD_NEW
from boundaries.vintages import vintage
from geo.areas import AreaFrame, AreaLevel
from geo.errors import SourceError
from geo.messages import Message, message
from layers.declarations.catalog import load
from layers.declarations.sources import SourceDeclaration
from layers.method.ports import Delivered
from layers.publication.layer import Receipt
from services.engines.local import Local
from services.registry import OWN, SOURCES, WEIGHTS, adapter
from services.sources.records.tally import RecordsInput
from tests.country import raw, squares
from tests.services.sources import test_rasters, test_squares
from tests.services.sources.records import declared

AREAS = squares(4, 6)
YEAR = replace(vintage(2024), least=len(AREAS))
KWB = load().sources["kerncijfers"]


def _folder(root: Path) -> object:
    (root / "boundaries").mkdir()
    raw(AREAS).to_file(root / "boundaries" / "buurten-2024.gpkg")
    lines = [
        "buurtcode;inwoners;huishoudens;koopwoningen;adressendichtheid",
        *(f"{one};100;50;40;12" for one in AREAS.ids),
    ]
    (root / str(KWB.table.path)).parent.mkdir(parents=True)
    table = root / str(KWB.table.path).removesuffix(".gz")
    table.write_text("\n".join(lines), encoding="cp1252")
    return adapter(message("source"), SOURCES, "folder")(root)


NATIONAL: dict[str, Callable[[Path], object]] = {
    "testland": lambda _root: adapter(message("source"), SOURCES, "testland")(),
    "folder": _folder,
}


def _kwb(name: str) -> SourceDeclaration:
    if name == "testland":
        return KWB
    path = str(KWB.table.path).removesuffix(".gz")
    return KWB.model_copy(update={"table": KWB.table.model_copy(update={"path": path})})


@pytest.fixture(params=SOURCES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def source(name: str, tmp_path: Path):
    return NATIONAL[name](tmp_path)


def test_areas_are_sorted_in_rd_and_the_same_when_asked_again(source):
    areas = source.areas(YEAR)
    assert isinstance(areas, AreaFrame)
    assert areas.table.crs.to_epsg() == RD_NEW == 28992
    assert areas.ids.is_monotonic_increasing
    assert source.areas(YEAR).ids.equals(areas.ids)
    assert source.tolerance(YEAR) >= 0
    assert isinstance(source.is_national(YEAR), bool)


def test_a_table_has_its_key_and_every_column_that_its_declaration_reads(source, name):
    table = source.table(_kwb(name))
    assert KWB.key in table
    assert {"inwoners", "huishoudens"} <= set(table)
    assert source.table(_kwb(name)).equals(table)


def test_what_was_read_has_a_receipt_with_the_digest_of_its_bytes(source, name, tmp_path):
    assert list(source.receipts_of(YEAR, [_kwb(name)], [])) == []  # nothing was read yet
    source.areas(YEAR)
    source.table(_kwb(name))
    found = list(source.receipts_of(YEAR, [_kwb(name)], []))
    assert len(found) >= 2
    assert len(source.receipts_of(YEAR, [], [])) == len(found) - 1  # what was read for others is not named
    assert all(isinstance(one, Receipt) and len(one.sha256) == 64 and one.rows > 0 for one in found)
    assert all(isinstance(note, str) for one in found for note in one.notes)
    for one in found:
        if (tmp_path / one.where).is_file():
            assert one.sha256 == hashlib.sha256((tmp_path / one.where).read_bytes()).hexdigest()


def test_cells_are_counted_from_points_or_not_at_all(source, name):
    cells = hexagons(source.areas(YEAR), AreaLevel.H3_8)
    table = source.table_of_cells(_kwb(name), cells)
    assert table is None or table.index.equals(cells.ids)
    assert source.columns_of_cells(_kwb(name)) == frozenset(() if table is None else table)


def test_what_it_holds_is_known_without_reading_it_and_changes_with_its_bytes(source, name, tmp_path):
    of_areas, of_table = source.identity(YEAR), source.identity(YEAR, _kwb(name))
    assert (of_areas, of_table) == (source.identity(YEAR), source.identity(YEAR, _kwb(name)))
    assert of_areas.content
    assert of_table.content
    assert list(source.receipts_of(YEAR, [_kwb(name)], [])) == []
    if name == "folder":
        with (tmp_path / str(_kwb(name).table.path)).open("a", encoding="cp1252") as table:
            table.write("\n")
        assert source.identity(YEAR, _kwb(name)).content != of_table.content
        assert source.identity(YEAR) == of_areas


@dataclass(frozen=True)
class Try:
    """A source of the municipality's own on a few areas: how it is asked, and which file it reads."""

    areas: AreaFrame
    declaration: SourceDeclaration
    file: str
    put: Callable[[Path], object]
    given: Callable[[Path], tuple[object, ...]]


TRIES = {
    "records": Try(
        declared.AREAS, declared.source(), "rijen.csv",
        lambda root: declared.rows().to_csv(root / "rijen.csv", index=False),
        lambda root: (RecordsInput(root),),
    ),
    "raster": Try(
        test_rasters.AREAS, test_rasters.declared(), "hills.tif", test_rasters.put,
        lambda root: (root, Local()),
    ),
    "squares": Try(
        test_squares.AREAS, test_squares.declared(), "squares.csv",
        lambda root: test_squares.put(root, test_squares.table()), lambda root: (root, Local()),
    ),
}  # fmt: skip


@pytest.fixture(params=OWN)
def own(request: pytest.FixtureRequest) -> str:
    return request.param


def deliver(name: str, root: Path) -> Delivered:
    one = TRIES[name]
    return adapter(message("source"), OWN, name)(one.declaration, one.areas, *one.given(root))


def test_what_is_delivered_is_a_row_an_area_with_no_negative_or_infinite_figure(own, tmp_path):
    TRIES[own].put(tmp_path)
    delivered = deliver(own, tmp_path)
    assert delivered.table.index.equals(TRIES[own].areas.ids)
    figures = delivered.table.to_numpy(dtype=float)
    assert not np.isinf(figures).any()
    assert not (figures < 0).any()
    assert delivered.rows > 0


def test_it_says_from_which_bytes_and_what_was_left_out(own, tmp_path):
    TRIES[own].put(tmp_path)
    delivered = deliver(own, tmp_path)
    assert delivered.where == TRIES[own].file
    assert delivered.sha256 == hashlib.sha256((tmp_path / TRIES[own].file).read_bytes()).hexdigest()
    assert all(isinstance(note, Message | str) for note in delivered.notes)


def test_the_same_file_gives_the_same_figures(own, tmp_path):
    TRIES[own].put(tmp_path)
    assert deliver(own, tmp_path).table.equals(deliver(own, tmp_path).table)


def test_a_file_that_is_not_there_is_named(own, tmp_path):
    with pytest.raises(SourceError, match=TRIES[own].file):
        deliver(own, tmp_path)


def test_a_declaration_of_another_kind_is_refused(own, tmp_path):
    other = next(one for one in TRIES if one != own)
    TRIES[own].put(tmp_path)
    with pytest.raises(SourceError, match="declares no"):
        adapter(message("source"), OWN, own)(TRIES[other].declaration, TRIES[own].areas, *TRIES[own].given(tmp_path))


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_those_of_the_file(name, tmp_path):
    one = TRIES[name]
    one.put(tmp_path)
    weighed = adapter(message("weights"), WEIGHTS, name)(one.declaration, "inwoners", tmp_path)
    assert weighed.weights.numbers.sum() == 3000
    assert weighed.sha256 == hashlib.sha256((tmp_path / one.file).read_bytes()).hexdigest()


def test_every_source_of_the_registry_is_tried():
    assert NATIONAL.keys() == SOURCES.keys()
    assert TRIES.keys() == OWN.keys() >= WEIGHTS.keys()
