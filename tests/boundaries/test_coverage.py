"""How well the areas of a map fit together is measured from the map, said, and used; what has two places is refused."""

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st

from boundaries.coverage import fit, outline
from geo.errors import AreaError
from geo.neighbors import queen
from tests.boundaries.tilings import areas_of, tiling, tilings
from tests.country import squares
from tests.geo.test_neighbors import pairs


def detailed(seed: int = 3, count: int = 60):
    """Tiles of which the borders wind by tens of metres, the same on both sides."""
    fine = shapely.segmentize(tiling(seed, count).table.geometry.to_numpy(), 15.0)

    def winding(points):
        x, y = points.T
        return points + 12 * np.c_[np.sin(y / 37) + np.sin(x / 23), np.sin(x / 41) + np.sin(y / 19)]

    return areas_of(shapely.transform(fine, winding))


def simplified(areas, metres: float):
    return areas_of(shapely.make_valid(shapely.simplify(areas.table.geometry.to_numpy(), metres)))


@given(tilings)
def test_a_map_of_which_borders_coincide_needs_no_tolerance(areas):
    result = fit(areas, "kaart")
    assert result.tolerance == 0.0
    assert all("less than 5 m apart" in str(note) for note in result.notes)


@pytest.mark.parametrize(("metres", "least", "most"), [(1.0, 0.3, 2.0), (5.0, 2.0, 10.0), (20.0, 8.0, 40.0)])
def test_polygons_that_were_simplified_one_by_one_keep_their_neighbours(metres, least, most):
    areas = detailed()
    assert fit(areas, "kaart").tolerance == 0.0
    coarse = simplified(areas, metres)
    result = fit(coarse, "kaart")
    assert least <= result.tolerance <= most
    before, found = pairs(queen(areas)), pairs(queen(coarse, result.tolerance))
    assert len(before & found) >= 0.98 * len(before)
    assert len(found - before) <= 0.04 * len(before)


def test_what_is_lost_and_what_is_doubtful_is_named():
    areas = simplified(detailed(), 20.0)
    result = fit(areas, "kaart")
    overlap, apart, lost, doubtful = (str(note) for note in result.notes)
    assert "pairs of areas overlap" in overlap
    assert apart == f"borders do not coincide: areas within {result.tolerance:g} m of one another are neighbours"
    for note, wide, narrow in ((lost, result.tolerance, 0.0), (doubtful, 2 * result.tolerance, result.tolerance)):
        only = pairs(queen(areas, wide)) - pairs(queen(areas, narrow))
        first = min(only)
        assert note.startswith(f"{len(only) // 2} pair")
        assert f": {first[0]}-{first[1]}" in note


def test_areas_that_all_lie_apart_by_one_slit_are_neighbours_across_it():
    areas = tiling(3, 60)
    shrunk = areas_of(shapely.buffer(areas.table.geometry.to_numpy(), -1.0, join_style="mitre"))
    result = fit(shrunk, "kaart")
    assert 2.0 <= result.tolerance <= 5.0
    assert len(pairs(queen(shrunk, result.tolerance))) >= 0.95 * len(pairs(queen(areas)))


def test_islands_far_apart_are_islands():
    islands = areas_of([shapely.box(x, y, x + 100, y + 100) for x in range(0, 900, 180) for y in range(0, 900, 180)])
    assert fit(islands, "kaart").tolerance == 0.0


def test_a_river_on_a_map_of_which_borders_coincide_parts_its_banks():
    banks = [shapely.box(x, y, x + 100, y + 100) for x in range(0, 900, 100) for y in (0, 100, 230, 330)]
    assert fit(areas_of(banks), "kaart").tolerance == 0.0


def test_one_wrong_corner_does_not_widen_all_borders():
    boxes = [shapely.box(x, y, x + 100, y + 100) for x in range(0, 3000, 100) for y in range(0, 3000, 100)]
    boxes[0] = shapely.Polygon([(0, 0), (100, 0), (130, 100), (0, 100)])
    result = fit(areas_of(boxes), "kaart")
    assert result.tolerance == 0.0
    assert "overlap" in str(result.notes[0])


def overlapping(share: float):
    """Two squares in a row, the second of which reaches back over so much of the first."""
    return areas_of([shapely.box(0, 0, 100, 100), shapely.box(100 - 100 * share, 0, 200 - 100 * share, 100)])


def test_overlaps_are_measured_and_named():
    (note,) = (note for note in fit(overlapping(0.1), "kaart").notes if "overlaps" in str(note))
    assert str(note) == (
        "1 pair of areas overlaps, by 1,000.0 m²; points there count for the first: BU03630000-BU03630001 (10.0% of "
        "the smaller)"
    )


@pytest.mark.parametrize("share", [0.26, 0.3, 1.0])
def test_areas_of_which_a_quarter_is_anothers_too_are_refused(share):
    with pytest.raises(AreaError, match=r"^kaart: 1 pair of areas .* BU03630000-BU03630001 \(\d+%\)"):
        fit(overlapping(share), "kaart")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.24])
def test_areas_of_which_less_is_anothers_too_come_in(share):
    fit(overlapping(share), "kaart")


@given(tilings, st.integers(0, 50))
def test_an_area_that_is_there_twice_is_refused(areas, at):
    shapes = areas.table.geometry.to_numpy()
    with pytest.raises(AreaError, match="1 pair of areas has a quarter or more"):
        fit(areas_of([*shapes, shapes[at % len(shapes)]]), "kaart")


def test_areas_that_cross_without_a_corner_in_one_another_are_measured():
    cross = areas_of([shapely.box(0, 40, 1000, 60), shapely.box(490, 0, 510, 1000)])
    assert "by 400.0 m²" in str(fit(cross, "kaart").notes[0])


@pytest.mark.parametrize(("metres", "named"), [(0.5, 16), (4.9, 16), (5.1, 0)])
def test_on_a_map_of_which_borders_coincide_what_nearly_touches_is_named(metres, named):
    boxes = [
        shapely.box(x + metres * (x > 200), y, x + 100 + metres * (x > 200), y + 100)
        for x in range(0, 600, 100)
        for y in range(0, 600, 100)
    ]
    result = fit(areas_of(boxes), "kaart")
    assert result.tolerance == 0.0
    beginnings = [str(note).split(",")[0] for note in result.notes]
    assert beginnings == ([f"{named} pairs of areas lie less than 5 m apart"] if named else [])


def test_slits_narrower_than_the_tolerance_are_closed_and_nothing_grows_outward():
    slit = squares(3, 1, slit=20.0).table.geometry
    closed = outline(slit.to_numpy(), 40.0)
    assert closed.geom_type == "Polygon"
    assert closed.area == pytest.approx(1_480 * 480, rel=1e-3)
    assert outline(slit.to_numpy(), 0.0).area == pytest.approx(slit.area.sum())


def test_a_slit_wider_than_the_tolerance_stays_open():
    slit = squares(2, 1, slit=60.0).table.geometry
    assert len(shapely.get_parts(outline(slit.to_numpy(), 40.0))) == 2
