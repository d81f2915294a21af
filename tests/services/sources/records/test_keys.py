"""Beside the counts of confidential records stands the sum of their keys, whatever areas they are counted in."""

import numpy as np
import pandas as pd

from boundaries.codes import parents
from geo.areas import AreaLevel
from layers.method.keys import key_column
from services.sources.records.tally import RecordsInput, tally
from tests.keys import MadeUpKeys
from tests.services.sources.records.declared import AREAS, YEARS, rows, source

KEYS = MadeUpKeys()


def counted(folder, table, key_of=lambda ids: KEYS.keys("meldingen", ids), **records):
    table.to_csv(folder / "rijen.csv", index=False)
    return tally(source(**records), AREAS, RecordsInput(folder, key_of=key_of)).table


def test_the_key_of_a_count_is_the_sum_of_those_of_its_records(tmp_path):
    table = rows()
    made = counted(tmp_path, table, record_id="zaak")
    without = counted(tmp_path, table, None)
    assert key_column("som_2024") not in made  # an amount has no keys: noise does not protect it
    pd.testing.assert_frame_equal(made[without.columns], without)
    keys = pd.Series(KEYS.keys("meldingen", (f"id {zaak}" for zaak in table["zaak"])))
    hennep = table["soort"].isin(["hennep", "drugs xtc"])
    for year in YEARS:
        this = table["datum"].str.startswith(str(year))
        for name, mine in (("meldingen", this), ("hennep", this & hennep)):
            assert np.add.reduce(made[key_column(f"{name}_{year}")].to_numpy()) == np.add.reduce(keys[mine].to_numpy())


def test_where_nobody_is_counted_the_key_is_nothing(tmp_path):
    made = counted(tmp_path, rows(15))
    nobody = made["meldingen_2024"] == 0
    assert nobody.any()
    assert (made.loc[nobody, key_column("meldingen_2024")] == 0).all()


def test_keys_do_not_depend_on_the_order_of_rows_nor_on_what_else_is_counted(tmp_path):
    table = rows()
    first = counted(tmp_path, table, record_id="zaak")
    again = counted(tmp_path, table.sample(frac=1, random_state=1), record_id="zaak", count={"meldingen": {}})
    pd.testing.assert_frame_equal(again, first[again.columns])


def test_without_an_id_place_and_date_tell_rows_apart(tmp_path):
    table = rows()
    column = key_column("meldingen_2024")
    first = counted(tmp_path, table)[column]
    moved = table.assign(soort="anders", bedrag=1.0)
    pd.testing.assert_series_equal(counted(tmp_path, moved, count={"meldingen": {}})[column], first)
    later = table.assign(datum=table["datum"].str[:-2] + "02")
    assert not (counted(tmp_path, later)[column] == first).all()


def test_a_wijk_has_the_keys_of_its_buurten(tmp_path):
    """Counted by itself, or summed: the same records."""
    made = counted(tmp_path, rows(), record_id="zaak")
    wijken = parents(made.index, AreaLevel.WIJK)
    summed = made[key_column("meldingen_2024")].groupby(wijken).sum()
    assert summed.dtype == np.uint64
    one = made[wijken == wijken[0]][key_column("meldingen_2024")].to_list()
    assert summed.iloc[0] == sum(one) % 2**64
