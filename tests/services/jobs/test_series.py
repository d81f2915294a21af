"""Counts of several years on one division: every total accounted for, and said which way it went."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.counts import Counts
from boundaries.dasymetric import Weights
from boundaries.route_kinds import RouteKind
from boundaries.routes import Routes
from geo.areas import AreaFrame, AreaLevel
from geo.errors import AlignmentError, SourceError
from geo.unknown import Unknown
from layers.declarations.catalog import load
from layers.messages import say
from layers.method import series as series_
from layers.method.series import Counted, Series, apportioned
from services.jobs.series import SeriesRequest, series, write
from tests.boundaries.test_dasymetric import WEIGHTS
from tests.boundaries.tilings import areas_of, figures_of, tiling
from tests.country import squares
from tests.services.running import Zicht, told
from tests.services.streets import CODES, OLD_A, SOUTH, WEST, A, B, C, D, crowd, figures, put

LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE, AreaLevel.H3_8, AreaLevel.H3_9)


@dataclass
class Drawn:
    """Areas in memory."""

    frames: dict[int, AreaFrame]

    def has(self, year: int) -> bool:
        return year in self.frames

    def areas(self, year: int) -> AreaFrame:
        return self.frames[year]

    def notes(self, year: int) -> tuple[str, ...]:  # noqa: ARG002
        return ()


def drawn(*seeds: int, first: int = 2020) -> Drawn:
    """A division a year in four wijken, of which the maps say that every border may have moved."""
    codes = pd.Index([f"BU0363{at // 3:02d}{at % 3:02d}" for at in range(12)], name="area_id")
    frames = {}
    for year, seed in enumerate(seeds, first):
        areas = tiling(seed, 12, vintage=year).table.set_axis(codes)
        kinds = pd.array(np.random.default_rng(seed).choice([2, 3], len(areas)), dtype="Int8")
        frames[year] = AreaFrame(AreaLevel.BUURT, year, areas.assign(change=kinds, wijk_name=codes.str[:8]))
    return Drawn(frames)


def counted(figures: pd.Series) -> Counted:
    reason = pd.Series(None, index=figures.index, dtype=object).mask(figures.isna(), Unknown.SECRET)
    return Counted(Counts("inwoners", figures), reason, figures.index)


def table(made: Series) -> pd.DataFrame:
    return pd.DataFrame(made.collection.table).set_index(["gebiedscode", "periode"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for year in CODES:
        put(tmp_path, year)
    return tmp_path


@pytest.mark.parametrize("weights", [None, *WEIGHTS.values()], ids=["surface", *WEIGHTS])
@given(data=st.data(), level=st.sampled_from(LEVELS), seeds=st.tuples(*[st.integers(0, 10_000)] * 3))
def test_whatever_is_known_before_is_known_after(weights, data, level, seeds):
    maps = drawn(*seeds)
    routes = Routes(maps, 2022, level, weights)
    known = {year: counted(data.draw(figures_of(maps.areas(year)))) for year in (2020, 2022)}
    made = apportioned("inwoners", known, {year: routes.of(year) for year in known}, routes.target)
    for year, one in known.items():
        balance = made.balances[year]
        assert balance.before == one.counts.total
        assert balance.after == pytest.approx(balance.before, rel=1e-9)
        assert (balance.outside, balance.to_unknown) == pytest.approx((0, 0), abs=1e-9 * (1 + balance.before))
        assert table(made).xs(year, level="periode")["waarde"].sum() == pytest.approx(balance.before, rel=1e-9)


@given(data=st.data(), seeds=st.tuples(*[st.integers(0, 10_000)] * 2))
def test_beside_what_is_unknown_every_total_is_accounted_for(data, seeds):
    maps = drawn(*seeds)
    routes = Routes(maps, 2021)
    known = counted(data.draw(figures_of(maps.areas(2020), unknown=True)))
    made = apportioned("inwoners", {2020: known}, {2020: routes.of(2020)}, routes.target)
    one = made.balances[2020]
    assert one.after + one.outside + one.to_unknown == pytest.approx(one.before, rel=1e-9)
    assert one.whole + one.split + one.unknown == len(routes.target)
    values = table(made)
    assert (values["waarde"].isna() == values["waarde_reden"].notna()).all()


@given(st.data(), st.integers(2, 7), st.integers(2, 7))
def test_a_board_of_other_squares_keeps_its_total_but_for_what_lies_over_the_edge(data, columns, rows):
    old, new = squares(6, 6), squares(columns, rows)
    maps = Drawn({2020: AreaFrame(old.level, 2020, old.table), 2021: AreaFrame(new.level, 2021, new.table)})
    routes = Routes(maps, 2021)
    known = counted(data.draw(figures_of(old)))
    made = apportioned("inwoners", {2020: known}, {2020: routes.of(2020)}, routes.target)
    one = made.balances[2020]
    inside = old.table.intersects(new.table.union_all().buffer(-1))
    assert one.after == pytest.approx(known.counts.figures[inside].sum(), rel=1e-9)
    assert one.outside == pytest.approx(known.counts.figures[~inside].sum(), rel=1e-9)


def test_year_by_year_where_the_maps_say_what_changed(folder):
    made = series(SeriesRequest({2020: figures(folder, 2020, 100, "1.200,5", 300, 60)}, "inwoners", 2022), folder, told)
    values = table(made).xs(2020, level="periode")
    assert values["waarde"].to_dict() == {A: 100, B: 1200.5, C: 150, D: 210}
    assert values["deel_gesplitst"].to_dict() == pytest.approx({A: 0, B: 0, C: 1, D: 150 / 210})
    assert values["fout"].to_dict() == {A: 0, B: 0, C: 150, D: 150}
    assert set(values["wijze"]) == {"per_jaar"}
    assert made.whys == (
        "2020, jaar op jaar: de kaarten van 2021 tot en met 2022 zeggen wat er veranderde",
    )  # fmt: skip
    one = made.balances[2020]
    assert (one.before, one.after, one.outside, one.to_unknown) == (1660.5, 1660.5, 0, 0)
    assert (one.whole, one.split, one.unknown) == (2, 2, 0)


def without_2021(folder):
    (folder / "boundaries/buurten-2021.parquet").unlink()


def silent_2022(folder):
    put(folder, 2022, change=(-99997, -99997, -99997, -99997))


def strange_2021(folder):
    put(folder, 2021, change=(1, 1, 1, 1))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (without_2021, "de kaart van 2021 ontbreekt"),
        (silent_2022, "de kaart van 2022 zegt niet wat er sinds 2021 veranderde"),
        (
            strange_2021,
            "de kaarten van 2020 en 2021 horen niet bij elkaar (gebieden (buurt 2021): 1 gebieden heten onver",
        ),
    ],
)
def test_by_where_areas_lie_where_the_maps_do_not_say_enough_and_that_is_told(folder, spoil, why):
    spoil(folder)
    made = series(SeriesRequest({2020: figures(folder, 2020, 100, 1200, 300, 60)}, "inwoners", 2022), folder, told)
    assert table(made)["waarde"].tolist() == [1200, 150, 210, 100]
    assert made.balances[2020].kind is RouteKind.OVERLAP
    assert say(made.balances[2020].why).startswith(why)
    assert why in made.collection.description


def test_from_a_later_year_by_where_areas_lie(folder):
    made = series(SeriesRequest({2024: figures(folder, 2024, 1, 2, 3, 4, 5)}, "inwoners", 2022), folder, told)
    assert table(made)["waarde"].tolist() == [2, 3, 9, 1]
    assert say(made.balances[2024].why) == "de kaarten zeggen wat er sinds eerdere jaren veranderde, niet de weg terug"


def test_by_a_table_of_codes_though_maps_between_are_absent(folder):
    without_2021(folder)
    (folder / "codes.csv").write_text(f"oud,nieuw\n{OLD_A},{A}\n{C},{C}\n")
    asked = SeriesRequest(
        {2020: figures(folder, 2020, 1, 2, 3, 4)}, "inwoners", 2022, pairs={2020: folder / "codes.csv"}
    )
    made = series(asked, folder, told)
    assert table(made)["waarde"].tolist() == [2, 3, 4, 1]
    assert made.balances[2020].kind is RouteKind.PAIRS


def test_by_people_where_squares_tell_with_the_difference_from_surface(folder):
    asked = SeriesRequest(
        {2020: figures(folder, 2020, 100, 1200, 330, 60), 2022: figures(folder, 2022, 1, 2, 3, 4)}, "inwoners", 2022,
        weights=(crowd(folder), "aantal_inwoners"),
    )  # fmt: skip
    made = series(asked, folder, told)
    values = table(made).xs(2020, level="periode")
    assert values.loc[[C, D], "waarde"].tolist() == pytest.approx([30, 360])
    assert values["verschil"].to_dict() == pytest.approx({A: 0, B: 0, C: 135, D: 135})
    assert (table(made).xs(2022, level="periode")["verschil"] == 0).all()
    assert "wat gesplitst is, is verdeeld naar aantal_inwoners" in made.notes


@pytest.mark.parametrize("level", LEVELS[1:])
def test_to_wijken_gemeenten_and_hexagons(folder, level):
    files = {2020: figures(folder, 2020, 1, 2, 3, 4), 2024: figures(folder, 2024, 1, 2, 3, 4, 5)}
    made = series(SeriesRequest(files, "inwoners", 2022, level), folder, told)
    assert [one.after for one in made.balances.values()] == pytest.approx([10, 15], rel=1e-9)
    assert set(made.collection.table["niveau"]) == {level.value}
    if level.resolution is not None:
        assert {one.kind for one in made.balances.values()} == {RouteKind.STRAIGHT}
    if level is AreaLevel.GEMEENTE:
        assert table(made).loc[("GM0363", 2020), ["waarde", "deel_gesplitst", "fout"]].tolist() == [10, 0, 0]


def test_unknown_stays_unknown_with_its_reason_and_what_it_hides_is_told(folder):
    made = series(SeriesRequest({2020: figures(folder, 2020, "", 5, 300, -99997)}, "inwoners", 2022), folder, told)
    values = table(made).xs(2020, level="periode")
    assert values["waarde"].isna().to_dict() == {A: True, B: False, C: False, D: True}
    assert values.loc[[A, D], "waarde_reden"].tolist() == ["ontbreekt", "geheim"]
    one = made.balances[2020]
    assert (one.before, one.after, one.to_unknown, one.unknown) == (305, 155, 150, 2)


def test_an_area_to_which_nobody_leads_is_unknown_and_says_so():
    old, new = squares(2, 1), squares(2, 2)
    maps = Drawn({2020: AreaFrame(old.level, 2020, old.table), 2021: AreaFrame(new.level, 2021, new.table)})
    routes = Routes(maps, 2021)
    known = counted(pd.Series(1.0, index=old.ids))
    made = apportioned("inwoners", {2020: known}, {2020: routes.of(2020)}, routes.target)
    assert table(made)["waarde_reden"].value_counts().to_dict() == {"zonder_herkomst": 2}


def test_buurten_to_which_nobody_leads_count_as_empty_in_their_wijk_and_that_is_told():
    old, new = squares(2, 1), squares(2, 2)
    maps = Drawn({2020: AreaFrame(old.level, 2020, old.table), 2021: AreaFrame(new.level, 2021, new.table)})
    routes = Routes(maps, 2021, AreaLevel.WIJK)
    known = counted(pd.Series(1.0, index=old.ids))
    made = apportioned("inwoners", {2020: known}, {2020: routes.of(2020)}, routes.target)
    assert table(made)["waarde"].tolist() == [1, 1]
    assert made.notes == (
        "2020: buurten van 2021 waar niets van 2020 heen gaat, in hun wijk als leeg geteld: 2, waaronder BU0363AA02",
    )  # fmt: skip


def test_gemeenten_of_which_no_file_has_a_row_are_left_out_and_counted():
    areas = squares(4, 2)
    maps = Drawn({2020: AreaFrame(areas.level, 2020, areas.table)})
    routes = Routes(maps, 2020)
    west = areas.ids[areas.ids.str.startswith("BU0363")]
    known = counted(pd.Series(np.where(areas.ids.isin(west), 1.0, np.nan), index=areas.ids))
    made = apportioned(
        "inwoners", {2020: Counted(known.counts, known.reason, west[:1])}, {2020: routes.of(2020)}, routes.target
    )
    assert list(made.collection.table["gebiedscode"]) == list(west)
    assert made.left_out == 4


def test_each_year_may_call_its_column_otherwise(folder):
    files = {2020: figures(folder, 2020, 1, 2, 3, 4), 2022: figures(folder, 2022, 1, 2, 3, 4, column="Inwoners_5")}
    made = series(SeriesRequest(files, "inwoners", 2022, columns={2022: "Inwoners_5"}), folder, told)
    assert set(made.collection.table["telling"]) == {"inwoners"}
    assert [one.before for one in made.balances.values()] == [10, 10]


def test_what_was_done_to_a_map_is_told(folder):
    path = put(folder, 2022)
    map_ = geopandas.read_parquet(path)
    map_.loc[len(map_)] = map_.iloc[0].to_dict() | {"buurtcode": "BU00000000", "water": "B"}
    map_.to_parquet(path)
    made = series(SeriesRequest({2022: figures(folder, 2022, 1, 2, 3, 4)}, "inwoners", 2022), folder, told)
    assert "kaart van 2022: buiten Nederland, weggelaten: 1 vlak" in made.notes


def wijken_put(folder: Path, year: int, borders: Sequence[int], codes: Sequence[str]) -> None:
    """A boundary file of wijken in one street, as CBS names its columns."""
    polygons = [shapely.box(WEST + one, SOUTH, WEST + other, SOUTH + 1000) for one, other in pairwise(borders)]
    table = {"WK_CODE": codes, "WK_NAAM": [f"Wijk {code}" for code in codes], "GM_NAAM": "Letterstad"}
    (folder / "boundaries").mkdir(exist_ok=True)
    geopandas.GeoDataFrame(table, geometry=polygons, crs=28992).to_file(folder / f"boundaries/wijken-{year}.geojson")


def test_years_that_are_not_declared_and_have_wijken_only_lead_to_wijken(folder):
    """In 2016 the street was parted at 2000 m; in 2017 at 3000 m. The wijken of 2022 are WK036300 and WK0363AA."""
    wijken_put(folder, 2016, (0, 1000, 4000), ("WK0363AA", "WK036300"))
    wijken_put(folder, 2017, (0, 2500, 4000), ("WK0363AA", "WK036300"))
    files = {
        2016: figures(folder, 2016, 10, 30, codes=("WK0363AA", "WK036300")),
        2017: figures(folder, 2017, 25, 15, 40, codes=("WK0363AA", "WK036300", "BU03630001")),
        2022: figures(folder, 2022, 1, 2, 3, 4),
    }
    made = series(SeriesRequest(files, "inwoners", 2022, AreaLevel.WIJK), folder, told)
    values = table(made)["waarde"]
    assert values.xs(2016, level="periode").to_dict() == pytest.approx({"WK036300": 30, "WK0363AA": 10})
    assert values.xs(2017, level="periode").to_dict() == pytest.approx({"WK036300": 30, "WK0363AA": 10})
    assert values.xs(2022, level="periode").to_dict() == {"WK036300": 9, "WK0363AA": 1}
    assert [say(one.why) for one in made.balances.values()] == [
        "de kaart van 2017 zegt niet wat er sinds 2016 veranderde", "de kaart van 2018 ontbreekt",
        "dit zijn de buurten van 2022 zelf",
    ]  # fmt: skip
    assert "2017: rijen van buurten, gemeenten of het land, weggelaten: 1" in made.notes
    wrong = {2016: figures(folder, 2016, 1, 2, codes=(B, C))}
    with pytest.raises(SourceError, match=r"no column holds codes of wijken \(WK"):
        series(SeriesRequest(wrong, "inwoners", 2022, AreaLevel.WIJK), folder, told)


def test_the_year_before_with_wijken_only_is_compared_with_the_wijken_of_the_buurten(folder):
    (folder / "boundaries/buurten-2021.parquet").unlink()
    wijken_put(folder, 2021, (0, 1000, 4000), ("WK0363AA", "WK036300"))
    files = {2021: figures(folder, 2021, 10, 30, codes=("WK0363AA", "WK036300"))}
    made = series(SeriesRequest(files, "inwoners", 2022, AreaLevel.WIJK), folder, told)
    assert say(made.balances[2021].why) == "van 2021 is er een kaart per wijk, van 2022 een per buurt"
    assert (made.balances[2021].whole, made.balances[2021].after) == (2, 40)
    with pytest.raises(SourceError, match="2021: there are areas of level wijk only; give a boundary file of buurten"):
        series(SeriesRequest({2022: figures(folder, 2022, 1, 2, 3, 4)}, "inwoners", 2021), folder, told)


def test_from_buurten_to_a_year_with_wijken_only(folder):
    (folder / "boundaries/buurten-2022.parquet").unlink()
    wijken_put(folder, 2022, (0, 1000, 4000), ("WK0363AA", "WK036300"))
    files = {2021: figures(folder, 2021, 1, 2, 3, 4), 2022: figures(folder, 2022, 5, 6, codes=("WK0363AA", "WK036300"))}
    made = series(SeriesRequest(files, "inwoners", 2022, AreaLevel.WIJK), folder, told)
    assert table(made)["waarde"].tolist() == [9, 6, 1, 5]
    assert say(made.balances[2022].why) == "dit zijn de wijken van 2022 zelf"
    to_gemeente = series(SeriesRequest(files, "inwoners", 2022, AreaLevel.GEMEENTE), folder, told)
    assert table(to_gemeente)["waarde"].tolist() == [10, 11]


def test_counts_per_wijk_or_gemeente_are_read_where_the_boundaries_are_those_of_buurten(folder):
    """Also in a year of which another has counts per buurt."""
    files = {2020: figures(folder, 2020, 1, 2, 3, 4), 2022: figures(folder, 2022, 7, codes=("GM0363",))}
    made = series(SeriesRequest(files, "inwoners", 2022, AreaLevel.GEMEENTE), folder, told)
    assert table(made)["waarde"].tolist() == [10, 7]
    assert say(made.balances[2022].why) == "dit zijn de gemeenten van 2022 zelf"
    wijken = {2022: figures(folder, 2022, 5, 6, codes=("WK0363AA", "WK036300"))}
    assert table(series(SeriesRequest(wijken, "inwoners", 2022, AreaLevel.WIJK), folder, told))["waarde"].tolist() == [
        6,
        5,
    ]
    with pytest.raises(SourceError, match="no column holds codes of buurten"):
        series(SeriesRequest(wijken, "inwoners", 2022), folder, told)


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_every_kind_of_file_holds_the_same(folder, ending):
    made = series(SeriesRequest({2020: figures(folder, 2020, 100, "", 300, 60)}, "inwoners", 2022), folder, told)
    path = folder / f"reeks.{ending}"
    write(made, path)
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "gpkg": geopandas.read_file}[ending](path)
    assert list(read.columns[:3]) == ["id", "gebiedscode", "gebiedsnaam"]
    assert read["waarde"].to_numpy() == pytest.approx(made.collection.table["waarde"].to_numpy(), nan_ok=True)
    assert ("geometry" in read) == (ending == "gpkg")


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
@pytest.mark.parametrize("level", [AreaLevel.BUURT, AreaLevel.H3_9])
def test_a_series_is_made_and_written_in_parts_that_are_together_what_it_is_at_once(folder, ending, level, monkeypatch):
    """In the first part every reason is empty and in the last it is not, and the other way round."""
    files = {2020: figures(folder, 2020, 100, 7, 300, ""), 2022: figures(folder, 2022, "", 2, 3, 4)}
    made = series(SeriesRequest(files, "inwoners", 2022, level), folder, told)
    whole = made.collection.table
    write(made, folder / f"whole.{ending}")
    monkeypatch.setattr(series_, "PART", 2)
    parts = list(made.collections())
    assert max(len(part.table) for part in parts) == 4  # two areas in two years
    assert sum(len(part.table) for part in parts) == made.rows == len(whole)
    joined = pd.concat([part.table for part in parts], ignore_index=True)
    assert joined.equals(whole.reset_index(drop=True))
    write(made, folder / f"parts.{ending}")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "gpkg": geopandas.read_file}[ending]
    assert read(folder / f"parts.{ending}").equals(read(folder / f"whole.{ending}"))


def test_a_hundred_thousand_areas_of_a_series_are_rows_at_once():
    assert series_.PART == 100_000


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_a_series_of_no_gemeente_is_a_table_without_rows(folder, ending):
    made = series(SeriesRequest({2020: figures(folder, 2020, 1, 2, 3, 4)}, "inwoners", 2022), folder, told)
    none = replace(made, reached=np.zeros_like(made.reached))
    write(none, folder / f"leeg.{ending}")
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "gpkg": geopandas.read_file}[ending]
    assert (none.rows, none.left_out, len(read(folder / f"leeg.{ending}"))) == (0, 4, 0)


def test_pairs_that_serve_nothing_are_refused(folder):
    codes = pd.Series({A: "BU03630000"})
    with pytest.raises(SourceError, match="of no use to h3-8, where counts go straight"):
        Routes(drawn(1, 2), 2021, AreaLevel.H3_8, pairs={2020: codes})
    with pytest.raises(SourceError, match="pairs of codes of 2021: counts of that year are on its vintage already"):
        Routes(drawn(1, 2), 2021, pairs={2021: codes})
    with pytest.raises(AlignmentError, match="1 codes are not in the vintage of 2020"):
        Routes(drawn(1, 2), 2021, pairs={2020: codes}).of(2020)
    (folder / "codes.csv").write_text(f"oud,nieuw\n{OLD_A},{A}\n")
    asked = SeriesRequest(
        {2022: figures(folder, 2022, 1, 2, 3, 4)}, "inwoners", 2022, pairs={2020: folder / "codes.csv"}
    )
    with pytest.raises(SourceError, match="pairs of codes of 2020: there are no counts of that year"):
        series(asked, folder, told)


def test_the_weights_of_areas_without_people_fall_back_on_surface_and_that_is_told():
    maps = drawn(1, 2)
    somewhere = areas_of([maps.areas(2020).table.geometry.iloc[0].centroid.buffer(10)], n=[1.0]).table
    routes = Routes(maps, 2021, weights=Weights("inwoners", somewhere, "n"))
    known = counted(pd.Series(1.0, index=maps.areas(2020).ids))
    made = apportioned("inwoners", {2020: known}, {2020: routes.of(2020)}, routes.target)
    assert any("zonder inwoners, naar oppervlakte verdeeld" in note for note in made.notes)


@pytest.mark.usefixtures("english")
def test_the_command_shows_totals_routes_and_what_the_values_are(zicht: Zicht, folder: Path):
    answer = zicht(
        "series", f"2020={figures(folder, 2020, 100, '1.200,5', 300, '-99997')}",
        f"2022={figures(folder, 2022, 1, 2, 3, 4, column='Inwoners_5')}", "--column", "inwoners",
        "--column", "2022=Inwoners_5", "--vintage", 2022, "--to", folder / "reeks.csv", "--data", folder,
    )  # fmt: skip
    assert answer.code == 0
    rows = {line.split()[0]: line.split() for line in answer.out.splitlines() if line.strip().startswith("202")}
    assert rows["2020"] == ["2020", "1,600.50", "1,450.50", "0", "150", "2", "1", "1"]
    assert rows["2022"] == ["2022", "10", "10", "0", "0", "4", "0", "0"]
    assert "2020, year by year: the boundary files of 2021 up to and including 2022 say what changed" in answer.out
    assert "2022, own vintage: these are the buurten of 2022 themselves" in answer.out
    assert "Values of areas that were split are estimates" in answer.out
    assert "do not publish" in answer.out
    for part in (
        "\n2020, ",
        "\n2022, ",
        "what is split is apportioned by surface",
        "Unprotected counts: do not publish",
    ):
        assert part in answer.out
    assert len(pd.read_csv(folder / "reeks.csv")) == 8


@pytest.mark.usefixtures("english")
def test_the_command_shows_numbers_whole_on_a_narrow_screen(zicht: Zicht, folder: Path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    counts = figures(folder, 2022, "17.942.345", "1.000.000", "1.000.000", "1.000.000")
    answer = zicht(
        "series", f"2022={counts}", "--column", "inwoners", "--vintage", 2022, "--to", folder / "r.csv",
        "--data", folder,
    )  # fmt: skip
    assert answer.out.count("20,942,345") == 2


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"--vintage": "2023"}, 1, "no boundary file of 2023; put it there as boundaries/buurten-2023.gpkg"),
        ({"--vintage": "2015"}, 1, "no boundary file of 2015; put it there as boundaries/buurten-2015.gpkg"),
        ({"--vintage": "1915"}, 1, "unknown vintage '1915'; known: 2019, 2020"),
        ({"--level": "straat"}, 1, "unknown level 'straat'; known: buurt, wijk"),
        ({"--to": "reeks.xlsx"}, 1, "reeks.xlsx: a series is written as .csv, .parquet, .gpkg; name one of these"),
        ({"--column": "mensen"}, 1, "no column 'mensen'; it has gwb_code, inwoners"),
        ({"--column": "2020=inwoners"}, 2, "name the column once without a year"),
        ({"--weights": "nergens.gpkg"}, 1, "nergens.gpkg: no such file; give the squares of CBS"),
        ({"--pairs": "2020=nergens.csv"}, 1, "nergens.csv: no such file"),
        ({"--pairs": "nergens.csv"}, 2, "--pairs: 'nergens.csv' is not YEAR=..."),
        ({"--empty": "niets"}, 2, "'niets' is not one of"),
    ],
)
@pytest.mark.usefixtures("english")
def test_what_cannot_be_is_one_message_and_nothing_is_written(zicht: Zicht, folder: Path, change, code, said):
    options = {"--column": "inwoners", "--vintage": "2022", "--to": folder / "reeks.csv", "--data": folder, **change}
    answer = zicht(
        "series", f"2020={figures(folder, 2020, 1, 2, 3, 4)}", *(part for option in options.items() for part in option)
    )
    assert answer.code == code
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not (folder / "reeks.csv").exists()


@pytest.mark.usefixtures("english")
def test_how_decimals_are_written_can_be_told(zicht: Zicht, folder: Path):
    options = ("--column", "inwoners", "--vintage", 2022, "--to", folder / "r.csv", "--data", folder)
    counts = f"2022={figures(folder, 2022, '1.234', 2, 3, 4)}"
    refused = zicht("series", counts, *options)
    assert refused.code == 1
    assert f"'1.234' ({A}) can be read as 1234 and as 1.234" in refused.err
    assert "--decimal" in refused.err
    assert zicht("series", counts, *options, "--decimal", "comma").code == 0
    assert pd.read_csv(folder / "r.csv")["waarde"].sum() == 1243


@pytest.mark.usefixtures("english")
def test_a_source_of_the_series_is_written_with_it_and_each_year_is_a_period(
    zicht: Zicht, folder: Path, tmp_path: Path
):
    own = tmp_path / "eigen"
    given = (
        f"2020={figures(folder, 2020, 1, 2, 3, 4)}", f"2022={figures(folder, 2022, 1, 2, 3, 4)}", "--column",
        "inwoners", "--vintage", 2022, "--data", folder, "--source", own,
    )  # fmt: skip
    (folder / "reeksen").mkdir()
    answer = zicht("series", *given, "--to", folder / "reeksen" / "r.csv")
    assert answer.code == 0
    written = own / "sources" / "reeks_inwoners.toml"
    assert f"{written} written: fill in whose figures" in answer.out
    assert "reeks_inwoners.reeks_inwoners" in answer.out
    read = load(own).sources["reeks_inwoners"]
    assert (read.confidential, [*read.years], read.vintage) == (True, [2020, 2022], 2022)
    assert (read.table.path, read.level) == ("reeksen/r.csv", AreaLevel.BUURT)
    again = zicht("series", *given, "--to", folder / "reeksen" / "r.csv")
    assert (again.code, f"{written}: is there already" in again.err) == (1, True)
    shutil.rmtree(own)
    outside = zicht("series", *given, "--to", tmp_path.parent / "r.csv")
    assert (outside.code, f"write the series there: --to {folder / 'r.csv'}" in outside.err) == (1, True)
    hexagons = zicht("series", *given, "--level", "h3-8", "--to", folder / "r.csv")
    assert (hexagons.code, "a source reads a series per buurt, wijk or gemeente" in hexagons.err) == (1, True)
    assert not own.exists()


@pytest.mark.parametrize("counts", [("2020:x.csv",), ("x.csv",), ("2020=x.csv", "2020=y.csv"), ()])
def test_counts_without_a_year_or_twice_the_same_are_wrong_usage(zicht: Zicht, folder: Path, counts):
    answer = zicht("series", *counts, "--column", "inwoners", "--vintage", 2022, "--to", folder / "r.csv")
    assert answer.code == 2


@pytest.mark.usefixtures("english")
def test_codes_of_another_year_are_refused_with_their_number(zicht: Zicht, folder: Path):
    counts = figures(folder, 2022, 1, 2, 3, 4)
    answer = zicht(
        "series", f"2020={counts}", "--column", "inwoners", "--vintage", 2022, "--to", folder / "r.csv",
        "--data", folder,
    )  # fmt: skip
    assert answer.code == 1
    assert f"1 of 4 codes are not in the boundaries of 2020: {A}; they are misspelt, or of another year" in answer.err
