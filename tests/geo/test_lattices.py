"""Blocks are the same cells whichever file has them, and a file gives each of its cells in one block, once."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.lattices import BLOCK, Block, Cells, Lattice, blocks


def cells_of(values, column, row):
    rows, columns = values.shape
    return Cells(column, row, columns, rows, lambda y, x, height, width: values[y : y + height, x : x + width])


@given(st.integers(-1500, 1500), st.integers(-1500, 1500), st.integers(1, 40), st.integers(1, 40))
def test_each_cell_of_a_file_is_in_one_block_at_its_own_place(column, row, columns, rows):
    values = np.arange(1.0, columns * rows + 1).reshape(rows, columns)
    area = shapely.box(column, row - rows, column + columns, row)
    found = list(blocks(cells_of(values, column, row), shapely.STRtree([area])))
    assert all(isinstance(one, Block) and one.column % BLOCK == one.row % BLOCK == 0 for one in found)
    assert sum(int(one.here.sum()) for one in found) == values.size
    for one in found:
        there = one.here.reshape(BLOCK, BLOCK)
        for y, x in np.argwhere(there)[:: max(values.size // 7, 1)]:
            at = values[row - (one.row + BLOCK - y), one.column + x - column]
            assert one.values.reshape(BLOCK, BLOCK)[y, x] == at
        assert np.isnan(one.values[~one.here]).all()


def test_blocks_that_no_area_touches_are_not_read():
    values = np.ones((2 * BLOCK, 2 * BLOCK))
    found = list(blocks(cells_of(values, 0, 2 * BLOCK), shapely.STRtree([shapely.box(5, 5, 6, 6)])))
    assert [(one.column, one.row, one.which.tolist()) for one in found] == [(0, 0, [0])]


def test_what_files_write_of_corners_in_their_last_digits_is_the_same_lattice():
    one, other = (Lattice.through(west, 600_000.0, 25.0, 25.0) for west in (100_000.0, 100_000.0000000001))
    assert one == other
    assert one.is_that_of(other)
    assert not one.is_that_of(Lattice.through(100_012.5, 600_000.0, 25.0, 25.0))
