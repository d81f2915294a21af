"""What the screen says of a layer that was built."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from services.cli import reports
from tests.layers.declared import board, built, catalog, counts, layer

SAID = "overal hetzelfde, zodat het geen gebied van een ander onderscheidt"


@pytest.mark.parametrize("indicators", [["Misdrijven"], []])
def test_an_indicator_that_is_the_same_everywhere_is_named(tmp_path: Path, indicators: list[str]):
    known, table = catalog(tmp_path), counts(board()[2])
    if indicators:
        table = table.assign(misdrijven=table["inwoners"] / 10)
    of = layer(known, built(known, table))
    console = Console(width=500)
    with console.capture() as shown:
        console.print(reports.summary(of))
    lines = [line for line in shown.get().splitlines() if line.startswith(SAID)]
    assert lines == [f"{SAID}: {title}" for title in indicators]


def test_a_gemeente_in_which_no_area_has_a_score_is_named_with_the_reason(tmp_path: Path):
    known, table = catalog(tmp_path), counts(board()[2])
    whole = layer(known, built(known, table))
    console = Console(width=500)
    for unscored in (False, True):
        none = whole.table.assign(score=float("nan"), reden="klein_aantal")
        table_ = none if unscored else whole.table
        of = replace(whole, key=replace(whole.key, gemeente="GM9901"), table=table_)
        with console.capture() as shown:
            console.print(reports.summary(of))
        assert ("geen gebied van" in shown.get()) is unscored
    assert "heeft een score (te klein aantal om te tonen): de kaart zegt er niets over" in shown.get()


def test_what_can_be_judged_and_what_cannot_add_up_to_all_areas(tmp_path: Path):
    """An area that is too small to show is searched all the same: it is one of the tested and one of the others."""
    known, table = catalog(tmp_path), counts(board()[2])
    console = Console(width=500)
    with console.capture() as shown:
        console.print(reports.summary(layer(known, built(known, table))))
    tested, judged = shown.get().splitlines()[1:3]
    assert tested.startswith("144 ")
    assert tested.endswith("144 getoetst")
    assert judged == "143 zijn op de kaart te beoordelen; van de andere: 1 te klein aantal om te tonen"
