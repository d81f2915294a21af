"""A table says first what it does not show, of every theme that is in it."""

from dataclasses import replace

from services.exporters.table import export
from tests.services.made_release import CAVEAT, made_release


def test_every_caveat_stands_above_the_table_once(tmp_path):
    zones = made_release()[0]
    again = replace(zones, id="zoekgebieden_panden")
    other = replace(zones, id="zoekgebieden_zorg", caveat="Niet vergeleken met het hele land: zorg.")
    export([zones, again, other], tmp_path / "tabel.csv")
    first = (tmp_path / "tabel.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert first.startswith(f"{CAVEAT} Niet vergeleken met het hele land: zorg. Bron: ")
