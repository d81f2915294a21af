"""A control sample has all areas on the map, and others of each stratum with the chance that they had."""

import geopandas
import numpy as np
import pytest

from geo.errors import StatisticError
from layers.evaluation.control import COLUMNS, control_sample
from layers.messages import say
from tests.country import names, squares


def table(flagged=(3, 4), untested=(10, 11)):
    areas = squares(10, 10).table
    made = geopandas.GeoDataFrame({"gebiedscode": names(100)}, geometry=areas.geometry.to_numpy(), crs=areas.crs)
    made["gebiedsnaam"], made["gemeentenaam"], made["zoekgebied"] = "Buurt", "Stad", None
    made["score"] = np.where(np.isin(np.arange(100), untested), np.nan, np.arange(100) / 100)
    made["kansrijk"] = np.isin(np.arange(100), flagged)
    made["reden"] = np.where(np.isin(np.arange(100), untested), "klein", None)
    return made


def test_all_areas_on_the_map_and_so_many_others_by_thirds_of_their_score_or_not_tested():
    made = control_sample(table(), 17, 1)
    assert [*made.columns] == [*COLUMNS, "geometry"]
    counts = made["steekproef"].value_counts().to_dict()
    assert counts.pop(say("on the map")) == 2
    assert counts.pop(say("not tested")) == 1
    assert sum(counts.values()) == 16
    assert set(counts) == {say("low score"), say("middle score"), say("high score")}
    outside = made[made["steekproef"] != say("on the map")]
    assert (1 / outside["kans"]).sum() == pytest.approx(98)
    low, high = (made.loc[made["steekproef"] == say(one), "score"] for one in ("low score", "high score"))
    assert low.max() < 0.4
    assert high.min() > 0.6


def test_the_same_seed_draws_the_same_and_another_draws_others():
    first, again, other = (control_sample(table(), 12, seed)["gebiedscode"].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_a_map_with_nothing_on_it_has_a_sample_too():
    assert len(control_sample(table(flagged=()), 12, 1)) == 12


def test_more_than_there_are_is_refused():
    with pytest.raises(StatisticError, match="a sample of 99 of 98 areas in 4 strata"):
        control_sample(table(), 99, 1)
