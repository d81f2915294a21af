"""What a user reads of an evaluation."""

import pandas as pd

from services.cli.evaluations import ORDERS
from tests.services.running import Zicht


def test_the_screen_shows_what_each_order_caught_and_a_file_has_all_of_it(zicht: Zicht, tmp_path):
    file = tmp_path / "vangst.csv"
    answer = zicht("evaluate", "misdrijven", "--period", "2024", "--to", file, "--home", tmp_path / "home")
    assert answer.code == 0, answer.err
    said = " ".join(answer.out.split())
    for words in ("Share caught in a part of the area", "of 2024, 2023, 2022 against 2025", "kernel density"):
        assert words in said
    assert "nan" not in said
    assert set(pd.read_csv(file)["order"]) == set(ORDERS)


def test_what_is_not_there_to_compare_with_is_one_message(zicht: Zicht, tmp_path):
    answer = zicht("evaluate", "misdrijven", "--home", tmp_path / "home")
    assert answer.code == 1
    assert "there are no figures of 2026 to hold 2025 against" in " ".join(answer.err.split())
