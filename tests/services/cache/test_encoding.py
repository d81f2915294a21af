"""A value comes back as it went in, to the bit and of the same type; nothing else goes in, and nothing in it is run."""

import math
import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from scipy.sparse import csr_array

from geo.areas import AreaFrame, AreaLevel
from geo.messages import message
from geo.neighbors import Neighbors
from geo.statistics.result import How
from geo.unknown import Unknown
from layers.method.layer_plan import layer_plan
from layers.method.plan import everything
from layers.publication.layer import LayerKey, Receipt
from services.cache.encoding import decoded, encoded
from tests.country import squares


def same(one: Any, other: Any) -> bool:  # noqa: PLR0911  # a kind of value each
    """Whether two values are of one type and hold the same, NaN and None apart."""
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, pd.DataFrame):
        same_columns = list(one.columns) == list(other.columns) and same(one.index, other.index)
        return same_columns and all(same_array(one[name].array, other[name].array) for name in one)
    if isinstance(one, pd.Series):
        return one.name == other.name and same(one.index, other.index) and same_array(one.array, other.array)
    if isinstance(one, pd.Index):
        return one.name == other.name and same_array(one.array, other.array)
    if isinstance(one, csr_array):
        parts = ("data", "indices", "indptr")
        return one.shape == other.shape and all(same(getattr(one, part), getattr(other, part)) for part in parts)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    return bool(one == other) or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


def same_array(one: Any, other: Any) -> bool:
    if one.dtype != other.dtype:
        return False
    if one.dtype == "geometry":
        return bool((one == other).all()) and one.crs == other.crs
    plain, others = np.asarray(one), np.asarray(other)
    if plain.dtype == object:
        return all(map(same, plain.tolist(), others.tolist()))
    return plain.tobytes() == others.tobytes()


words = st.one_of(st.none(), st.sampled_from(list(Unknown)), st.text(max_size=5), st.just(math.nan))


@given(values=st_numpy.arrays(st.sampled_from([np.float64, np.int64, np.int8, np.bool_]), st.integers(0, 9)))
def test_numbers_come_back_to_the_bit(values: np.ndarray):
    assert same(decoded(encoded(values)), values)
    series = pd.Series(values, pd.Index([f"BU{at}" for at in range(len(values))], name="area_id"), name="x")
    assert same(decoded(encoded(series)), series)


@given(values=st.lists(words, max_size=9))
def test_reasons_come_back_as_what_they_were(values: list[object]):
    series = pd.Series(values, dtype=object)
    assert same(decoded(encoded(series)), series)


@given(values=st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=9))
def test_text_comes_back(values: list[str | None]):
    table = pd.DataFrame({"naam": pd.Series(values, dtype="str"), "soort": pd.Categorical(values)})
    assert same(decoded(encoded(table)), table)


def test_areas_neighbors_and_what_is_said_come_back():
    areas = squares(4, 6)
    borders = Neighbors(areas.ids, csr_array((len(areas), len(areas)), dtype=np.int8))
    receipt = Receipt("a", "b", "c", "d", 3, "e", "f", ("één", "twee"))
    how = How("permutation", 0.01, 99, 1, message("{count} of {what}", count=3, what=message("draws")))
    value = [areas, borders, (receipt, how), AreaLevel.H3_8, {"x": None}]
    back = decoded(encoded(value))
    assert same(back, value)
    assert isinstance(back[0], AreaFrame)
    assert isinstance(back[0].table, geopandas.GeoDataFrame)


def test_every_value_that_a_build_remembers_comes_back(testland_country):
    country = testland_country
    theme = country.catalog.theme("misdrijven")
    for level in (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.H3_7):
        plan = layer_plan(country, LayerKey("misdrijven", level, 2024, "basis"), theme, None, "1")
        country.results.of(plan.layer)
        stored = [node for node in everything(plan.layer) if node.stored]
        assert {"areas", "neighbors", "figures", "indicator", "search", "receipts"} <= {node.kind for node in stored}
        for node in stored:
            value = country.results.of(node)
            assert same(decoded(encoded(value)), value), node.title


def test_an_index_that_many_columns_share_is_one_again():
    index = pd.Index([f"BU{at}" for at in range(1000)])
    one, other = decoded(encoded([pd.Series(1.0, index), pd.Series(2.0, index)]))
    assert len(encoded([pd.Series(1.0, index)] * 5)) < 2 * len(encoded([pd.Series(1.0, index)]))
    assert one.index.equals(other.index)


@pytest.mark.parametrize("value", [object(), {1, 2}, pd.Series([object()]), pd.Timestamp("2024-01-01"), b"x"])
def test_what_it_cannot_hold_is_refused(value: object):
    with pytest.raises(TypeError):
        encoded(value)


def test_a_pickle_is_never_read():
    with pytest.raises(Exception, match="not a zip file"):
        decoded(pickle.dumps({"a": 1}))
