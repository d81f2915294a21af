"""Every error a user can put right is a ZichtError that says what was found."""

import inspect

import pytest

from geo import errors
from geo.errors import DeclarationError, UnknownNameError, ZichtError, first_few

ALL = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)]


def test_errors_are_these():
    assert {error.__name__ for error in ALL} == {
        "ZichtError", "AreaError", "AlignmentError", "MeasureError", "StatisticError", "DeclarationError",
        "SourceError", "StoreError", "DisclosureError", "UnknownNameError", "ServeError",
    }  # fmt: skip


@pytest.mark.parametrize("error", ALL)
def test_every_error_is_drawn_in_the_tree_and_is_a_zicht_error(error):
    assert error.__name__ in errors.__doc__
    assert issubclass(error, ZichtError)


@pytest.mark.parametrize(("count", "listed"), [(0, ""), (1, "0"), (3, "0, 1, 2"), (5, "0, 1, 2 and 2 more")])
def test_the_first_few_are_named_and_the_others_counted(count, listed):
    assert str(first_few(range(count))) == listed


def test_an_unknown_name_lists_the_known_ones_but_not_a_thousand():
    text = str(UnknownNameError("gemeente", "Utrecht", [f"GM{at:04d}" for at in range(342)]))
    assert "'Utrecht'" in text
    assert text.endswith("GM0011 and 330 more")


def test_of_many_known_names_those_that_it_is_like_come_first():
    text = str(UnknownNameError("theme", "misdrijvne", [*(f"thema_{at}" for at in range(20)), "misdrijven"]))
    assert text.endswith("known: misdrijven, " + ", ".join(f"thema_{at}" for at in range(11)) + " and 9 more")


@pytest.mark.parametrize(("faults", "counted"), [(["a"], "1 fault "), (["a", "b"], "2 faults ")])
def test_all_faults_in_declarations_are_counted_and_shown(faults, counted):
    text = str(DeclarationError(faults))
    assert text.startswith(counted)
    assert text.splitlines()[1:] == [f"  {fault}" for fault in faults]
