"""Turnover of branches: the planted wijken come first, buurten are found where there are firms enough to show, and what
leaves passes the audit.
"""

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from boundaries.codes import parents
from boundaries.vintages import vintage
from geo.areas import AreaLevel
from layers.declarations.catalog import load
from layers.method.country import Country
from layers.method.reading import Own
from layers.publication.perturbed import is_amount
from services.jobs.build import LayerRequest, build
from services.testland.country import Testland, make_testland
from services.testland.source import TestlandSource
from services.testland.turnover import USUAL, with_turnover
from services.vault.ledger import Ledger
from services.workspace import storage
from tests.keys import MadeUpKeys
from tests.services.jobs.test_audit import publish, vault_of
from tests.services.running import told

SHIPPED = load()
LENSES = {
    "basis": ["omzet_horeca"], "branche_omzet_autohandel": ["omzet_autohandel"],
    "branche_omzet_verzorging": ["omzet_verzorging"],
    "branche_omzet_alle": ["omzet_horeca", "omzet_autohandel", "omzet_verzorging"],
}  # fmt: skip


GROWTH = {
    "basis": ["groei_horeca"], "branche_groei_autohandel": ["groei_autohandel"],
    "branche_groei_verzorging": ["groei_verzorging"],
    "branche_groei_alle": ["groei_horeca", "groei_autohandel", "groei_verzorging"],
}  # fmt: skip


class WithManyFirms(TestlandSource):
    """Testland with ten times as many firms of each branch."""

    @cached_property
    def country(self) -> Testland:
        made = make_testland(self.seed)
        more = made.topics.assign(**{f"vestigingen_{one}": made.topics[f"vestigingen_{one}"] * 10 for one in USUAL})
        at = np.flatnonzero(more["buurtcode"].isin(planted(made)))
        return replace(made, topics=with_turnover(more, at, np.random.default_rng(7)))


def planted(testland: Testland) -> list[str]:
    (place,) = (one for one in testland.places if one.name == "branches")
    return sorted(place.buurten)


def over(source: TestlandSource) -> Country:
    return Country(source, vintage(2024), SHIPPED, Own(keyring=MadeUpKeys()))


@pytest.fixture(scope="module")
def made() -> Country:
    return over(TestlandSource())


@pytest.mark.parametrize(("lens", "counting"), LENSES.items())
def test_wijken_with_more_turnover_a_firm_come_first_in_each_branch_and_in_all_together(testland, made, lens, counting):
    layer = build(made, LayerRequest("branches_omzet", AreaLevel.WIJK, lens), told)
    table = layer.table.set_index("gebiedscode")
    wijken = set(parents(pd.Index(planted(testland)), AreaLevel.WIJK))
    assert len(wijken) == 2
    assert set(table["score"].nlargest(2).index) == wijken
    assert [one for one in LENSES["branche_omzet_alle"] if table[f"{one}_bijdrage"].notna().any()] == counting
    assert layer.summary["national"][counting[0]] == 1
    assert (table[f"{counting[0]}_reden"] == "achtergehouden").sum() in range(1, 10)
    assert layer.summary["tested"] == 0  # 76 wijken are too few


@pytest.mark.parametrize(("lens", "counting"), GROWTH.items())
def test_wijken_of_which_turnover_grew_more_come_first_in_each_branch_and_in_all_together(
    testland, made, lens, counting
):
    layer = build(made, LayerRequest("branches_groei", AreaLevel.WIJK, lens), told)
    table = layer.table.set_index("gebiedscode")
    wijken = set(parents(pd.Index(planted(testland)), AreaLevel.WIJK))
    assert set(table["score"].nlargest(2).index) == wijken
    assert [one for one in GROWTH["branche_groei_alle"] if table[f"{one}_bijdrage"].notna().any()] == counting
    assert layer.summary["national"][counting[0]] == 1
    assert table.loc[list(wijken), counting[0]].min() > 1.3  # three times as much in a year, in part of each


def test_growth_is_withheld_where_the_turnover_of_either_year_is(made):
    layer = build(made, LayerRequest("branches_groei", AreaLevel.WIJK), told)
    table = layer.table.set_index("gebiedscode")
    amounts = [
        made.results.of(made.figure_plan.amounts_node(SHIPPED.sources[one], 2024)).loc[table.index, "shown"]
        for one in ("omzet_horeca", "omzet_horeca_eerder")
    ]
    both = amounts[0] & amounts[1]
    assert 1 <= (~both).sum() < len(both) / 2
    assert table.loc[~both, "groei_horeca"].isna().all()
    assert set(table.loc[~both, "groei_horeca_reden"]) <= {"achtergehouden", "geen_noemer", "ontbreekt"}
    assert {f"{one}.{one}" for one in ("omzet_horeca", "omzet_horeca_eerder")} <= {
        one.partition(":")[0] for one in layer.leaving["count"]
    }


@pytest.mark.parametrize(
    ("theme", "said"),
    [
        ("branches_omzet", "Hier hebben zaken in de horeca"),
        ("branches_groei", "Hier hebben zaken in de horeca, vergeleken met een jaar eerder, "),
    ],
)
def test_where_firms_are_enough_to_show_the_planted_buurten_are_found_and_no_other(testland, theme, said):
    layer = build(over(WithManyFirms()), LayerRequest(theme, AreaLevel.BUURT), told)
    (found,) = (set(codes.split(",")) for codes in layer.zoekgebieden["gebiedscodes"])
    place = set(planted(testland))
    assert len(found & place) >= 6
    assert len(found - place) <= 2  # along its border
    (text,) = layer.zoekgebieden["toelichting"]
    assert said in text


def test_all_lenses_are_published_and_the_audit_finds_nothing_exposed(made, tmp_path, monkeypatch):
    vault = vault_of(tmp_path / "kluis", b"o")
    monkeypatch.setenv("ZICHT_VAULT", str(vault.folder))
    storage.save([build(made, LayerRequest("branches_omzet", AreaLevel.WIJK, lens), told) for lens in LENSES], tmp_path)
    assert (publish(tmp_path, SHIPPED) / "release.json").is_file()
    leaving = Ledger(vault).counts()
    amounts = leaving[is_amount(leaving)]
    assert set(amounts["count"]) == {f"omzet_{one}.omzet_{one}: omzet_{one}" for one in USUAL}
    assert amounts["published"].isna().mean() > 0.5  # most buurten have too few firms


@given(firms=arrays(np.int64, 6, elements=st.integers(0, 30)), seed=st.integers(0, 99))
def test_the_largest_two_firms_are_always_part_of_the_turnover(firms, seed):
    topics = pd.DataFrame({f"vestigingen_{one}": firms for one in USUAL})
    table = with_turnover(topics, np.array([0]), np.random.default_rng(seed))
    for branch in USUAL:
        for year in ("", "_eerder"):
            _check_largest(firms, *(table[f"{one}_{branch}{year}"] for one in ("omzet", "zaken", "grootste", "tweede")))


def _check_largest(firms, omzet, zaken, largest, second):
    assert (zaken == firms).all()
    assert (second <= largest).all()
    assert (largest + second <= omzet).all()
    assert ((omzet > 0) == (firms > 0)).all()
    assert (omzet == largest + second)[firms <= 2].all()
