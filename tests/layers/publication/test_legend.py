"""Every value has one colour, and a label that says which."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.messages import speaking
from layers.publication.fields import SCORE, Field, score_field
from layers.publication.legend import MISSING, Legend, classes, colours_of, legend_for

RATE = Field("inbraken", "Inbraken", "number", "Aangiften van woninginbraak.", "per 1.000 woningen")

finite = st.floats(min_value=-1e300, max_value=1e300)
columns = st.lists(finite, min_size=1, max_size=60).map(lambda numbers: pd.Series(numbers, dtype=float))
fields = st.sampled_from([RATE, SCORE])


@given(fields, columns)
def test_every_finite_value_falls_in_exactly_one_class(field, values):
    legend = legend_for(field, values)
    below, above = [-np.inf, *legend.breaks], [*legend.breaks, np.inf]
    holds = [[low <= value < high for low, high in zip(below, above, strict=True)] for value in values]
    assert [sum(row) for row in holds] == [1] * len(values)
    assert [row.index(True) for row in holds] == classes(values, legend).tolist()


@given(fields, columns)
def test_breaks_rise_and_every_class_has_its_own_colour_and_label(field, values):
    legend = legend_for(field, values)
    assert list(legend.breaks) == sorted(set(legend.breaks))
    assert len(set(legend.colours)) == len(set(legend.labels)) == len(legend.breaks) + 1
    assert legend.missing_colour not in legend.colours


@given(columns)
def test_no_break_lies_outside_the_figures(values):
    legend = legend_for(RATE, values)
    assert all(values.min() < cut <= values.max() for cut in legend.breaks)


@pytest.mark.parametrize("field", [RATE, SCORE])
def test_an_unknown_value_is_shown_as_such(field):
    values = pd.Series([1.0, np.nan, np.inf, 3.0], index=list("abcd"))
    legend = legend_for(field, values)
    assert classes(values, legend)[[1, 2]].tolist() == [MISSING, MISSING]
    assert colours_of(values, legend)[1] == legend.missing_colour
    assert legend.missing_label == "geen gegevens"


def test_without_any_figure_there_is_still_a_legend():
    legend = legend_for(RATE, pd.Series([np.nan, np.nan]))
    assert (legend.breaks, legend.labels) == ((), ("alle waarden",))


def test_a_score_has_the_same_classes_whatever_the_figures_are():
    assert legend_for(SCORE, pd.Series([0.0])) == legend_for(SCORE, pd.Series([-9.0, 9.0]))


def test_deviations_are_cut_at_a_half_one_and_two():
    legend = legend_for(SCORE, pd.Series([0.0]))
    assert legend.breaks == (-2, -1, -0.5, 0.5, 1, 2)
    values = pd.Series([-2.01, -2, -1.01, -1, -0.51, -0.5, 0.49, 0.5, 0.99, 1, 1.99, 2])
    assert classes(values, legend).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert legend.labels == (
        "onder -2: veel minder opvallend", "-2 tot -1: minder opvallend", "-1 tot -0,5: iets minder opvallend",
        "-0,5 tot 0,5: als landelijk", "0,5 tot 1: iets opvallender", "1 tot 2: opvallender",
        "2 of meer: veel opvallender",
    )  # fmt: skip


def test_a_deviation_that_was_published_in_another_language_has_its_classes_all_the_same():
    published = score_field("in Rotterdam").said()
    with speaking("en"):
        legend = legend_for(published, pd.Series([5.0, 6.0]))
    assert legend.breaks == (-2, -1, -0.5, 0.5, 1, 2)
    assert legend.labels[-1] == "2 or more: far more striking"


def test_the_national_mean_has_the_neutral_colour_in_the_middle():
    legend = legend_for(SCORE, pd.Series([0.0]))
    middle = len(legend.colours) // 2
    assert classes(pd.Series([0.0]), legend).tolist() == [middle]
    assert legend.labels[middle].endswith("als landelijk")


def test_where_not_the_country_is_the_mean_the_middle_says_what_is():
    legend = legend_for(score_field("in Rotterdam"), pd.Series([0.0]))
    assert legend.labels[len(legend.labels) // 2] == "-0,5 tot 0,5: als gemiddeld in Rotterdam"


def test_fifths_hold_about_equally_many_areas_and_are_cut_at_readable_numbers():
    values = pd.Series(np.arange(1000) * 1.2345)
    legend = legend_for(RATE, values)
    assert legend.labels == ("minder dan 250", "250 tot 490", "490 tot 740", "740 tot 990", "990 of meer")
    assert np.bincount(classes(values, legend)).min() > 180


def test_many_zeros_do_not_make_empty_classes():
    legend = legend_for(RATE, pd.Series([0.0] * 70 + [1.0] * 10 + [8.0] * 20))
    assert legend.labels == ("minder dan 1", "1 of meer")


def test_a_legend_with_a_class_without_a_label_is_refused():
    with pytest.raises(ValueError, match="not one colour and one label"):
        Legend("Score", "", (0.0,), ("#000000", "#ffffff"), ("laag",))


def test_a_legend_with_breaks_that_do_not_rise_is_refused():
    with pytest.raises(ValueError, match="do not rise"):
        Legend("Score", "", (1.0, 1.0), ("#000000", "#777777", "#ffffff"), ("a", "b", "c"))
