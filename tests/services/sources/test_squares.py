"""Squares give each area a count, or say that too much of it is secret; outside what they cover nothing is known."""

import re

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from boundaries.hexagons import hexagons
from geo.areas import AreaLevel
from geo.errors import SourceError
from geo.unknown import Unknown
from layers.declarations.catalog import load
from layers.declarations.columns import formula_faults
from layers.declarations.records import Format
from layers.declarations.sources import Column, SourceDeclaration
from layers.declarations.squares import SquareGrid
from layers.method.columns import figures_of_columns
from layers.publication.layer import Receipt
from services import receipts
from services.engines.local import Local
from services.engines.spark import Spark
from services.files import digest
from services.jobs import own_sources
from services.sources import squares as source_of_squares
from services.sources.squares import fetched_file, weighed
from services.vault.secret import Vault
from tests.country import squares
from tests.services.engines.cluster import cluster
from tests.services.sources.records.test_parts import AnyOrder

__all__ = ["cluster"]

AREAS = squares(4, 6)  # 2 by 3 km from (120000, 480000): 24 buurten of 25 squares, in two gemeenten
FIRST = "BU0363AA00"  # its squares: E1200-E1204, N4800-N4804
WEST = AREAS.table["gemeente"] == "GM0363"


def table():
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(1200, 1220), np.arange(4800, 4830)))
    names = [f"E{east}N{north}" for east, north in zip(x, y, strict=True)]
    return pd.DataFrame({"crs28992res100m": names, "aantal_inwoners": 5.0}).set_index("crs28992res100m")


def declared(covers=("NL",), path="squares.csv", column="aantal_inwoners"):
    return SourceDeclaration(
        id="vierkanten", title="Vierkanten", publisher="Proef", license="CC0", url="https://example.org",
        attribution="Proef", status="open", vintage=2024, periods=(2024,),
        squares=SquareGrid(year=2024, path=path, covers=covers, column={"inwoners": column}),
        columns={"inwoners": Column(formula="inwoners", title="Inwoners")},
    )  # fmt: skip


def counted(declaration, areas, root, engine=None):
    return source_of_squares.counted(declaration, areas, root, engine or Local())


def put(folder, raw, name="squares.csv"):
    raw.to_csv(folder / name)
    return folder


def reasons(got, areas=AREAS):
    return figures_of_columns(got.table, declared(), 2024, areas.ids, "proef").reasons["vierkanten.inwoners"]


def test_every_buurt_has_the_sum_of_its_squares(tmp_path):
    got = counted(declared(), AREAS, put(tmp_path, table()))
    assert got.table.index.equals(AREAS.ids)
    assert got.table["inwoners"].to_numpy() == pytest.approx(125)
    assert (got.where, got.rows, got.notes, got.fetched) == ("squares.csv", 600, (), "")
    assert got.sha256 == digest(tmp_path / "squares.csv")


def test_hexagons_are_counted_themselves(tmp_path):
    cells = hexagons(AREAS, AreaLevel.H3_9)
    got = counted(declared(), cells, put(tmp_path, table()))
    assert got.table["inwoners"].sum() == pytest.approx(3000)


def test_an_area_without_squares_has_0_where_the_source_covers_it(tmp_path):
    raw = table()
    empty = raw.index.str.match(r"E120[0-4]N480[0-4]")
    assert counted(declared(), AREAS, put(tmp_path, raw[~empty])).table["inwoners"][FIRST] == 0


@pytest.mark.parametrize(("secret", "count"), [(1, 120.0), (2, 115.0), (3, 110.0)])
def test_few_secret_squares_leave_a_count_that_is_somewhat_too_low(tmp_path, secret, count):
    """Three hold 12 at most: 110 of 122 is more than nine tenths."""
    raw = table()
    raw.loc[[f"E120{at}N4801" for at in range(secret)], "aantal_inwoners"] = -99997
    got = counted(declared(), AREAS, put(tmp_path, raw))
    assert got.table["inwoners"][FIRST] == pytest.approx(count)
    assert got.table["inwoners"].drop(FIRST).to_numpy() == pytest.approx(125)
    assert got.notes == (
        f"inwoners: vierkanten zonder cijfer: {secret} van 600",
        "inwoners: gebieden daardoor te laag, met hooguit een tiende: 1 van 24",
    )


@pytest.mark.parametrize("secret", [4, 25])
def test_secret_squares_that_may_hold_more_than_a_tenth_make_a_count_unknown(tmp_path, secret):
    """Four hold 16 at most: 105 of 121 is less than nine tenths."""
    raw = table()
    raw.loc[[f"E120{at % 5}N480{at // 5}" for at in range(secret)], "aantal_inwoners"] = -99997
    got = counted(declared(), AREAS, put(tmp_path, raw))
    assert reasons(got)[FIRST] == Unknown.SECRET
    assert got.table["inwoners"].drop(FIRST).to_numpy() == pytest.approx(125)
    assert got.notes[-1] == "inwoners: gebieden daardoor onbekend: 1 van 24"


def test_a_sliver_of_a_secret_square_is_no_reason_to_be_silent(tmp_path):
    """A buurt without inhabitants, and a secret square that lies in it for a tenth: less than half a person."""
    raw = table().loc[["E1219N4829", "E1200N4829"]]
    raw.loc["E1205N4800"] = -99997
    grown = AREAS.table.copy()
    grown.loc[[FIRST], "geometry"] = grown.loc[[FIRST]].buffer(10, join_style="mitre")
    areas = type(AREAS)(AREAS.level, AREAS.vintage, grown)
    got = counted(declared(), areas, put(tmp_path, raw))
    assert got.table["inwoners"][FIRST] == 0
    assert reasons(got, areas)[lambda why: why.notna()].index.tolist() == ["BU0363AA01"]


@pytest.mark.parametrize(("metres", "known"), [(12, True), (13, False)])
def test_half_a_person_may_be_missing(tmp_path, metres, known):
    """A strip of a secret square of 100 m: of the four that it holds at most, 0.48 or 0.52 lie in the buurt."""
    raw = table().loc[["E1219N4829", "E1200N4829"]]
    raw.loc["E1205N4800"] = -99997
    grown = AREAS.table.copy()
    grown.loc[[FIRST], "geometry"] = grown.loc[[FIRST]].buffer(metres, join_style="mitre")
    areas = type(AREAS)(AREAS.level, AREAS.vintage, grown)
    assert (FIRST not in reasons(counted(declared(), areas, put(tmp_path, raw)), areas).dropna().index) == known


def test_four_secret_squares_hold_sixteen_at_most(tmp_path):
    """110 of 126 is less than nine tenths; of 122, were it three in each, it is more."""
    raw = table()
    raw.loc[[f"E120{at}N4801" for at in range(4)], "aantal_inwoners"] = -99997
    raw.loc["E1200N4800", "aantal_inwoners"] = 10
    got = counted(declared(), AREAS, put(tmp_path, raw))
    assert reasons(got)[FIRST] == Unknown.SECRET


@pytest.mark.parametrize("code", [-99995, -99991, -99999999, np.nan])
def test_one_square_that_is_unknown_for_another_reason_may_hold_anything(tmp_path, code):
    raw = table() * 1000
    raw.loc["E1202N4802", "aantal_inwoners"] = code
    got = counted(declared(), AREAS, put(tmp_path, raw))
    assert reasons(got)[FIRST] == Unknown.SECRET
    assert reasons(got).drop(FIRST).isna().all()


def test_outside_the_gemeenten_that_are_covered_nothing_is_known(tmp_path):
    got = counted(declared(covers=("GM0363",)), AREAS, put(tmp_path, table()))
    assert got.table["inwoners"].isna().equals((~WEST).rename("inwoners"))
    assert (reasons(got)[~WEST] == Unknown.ABSENT).all()
    assert got.notes == ("gebieden buiten de gemeenten die de bron dekt, onbekend: 12 van 24",)


def test_hexagons_on_the_border_of_what_is_covered_are_unknown(tmp_path):
    """What lies over the border is not in the file, and would be missing from their count."""
    cells = hexagons(AREAS, AreaLevel.H3_9)
    whole = counted(declared(), cells, put(tmp_path, table())).table["inwoners"]
    half = table()
    half = half[half.index.str[1:5].astype(int) < 1210]
    got = counted(declared(covers=("GM0363",)), cells, put(tmp_path, half))
    known = got.table["inwoners"].dropna()
    assert 0 < len(known) < (cells.table["gemeente"] == "GM0363").sum()
    assert known.to_numpy() == pytest.approx(whole[known.index].to_numpy())
    assert got.notes[1].startswith("zeshoeken op de rand daarvan, onbekend: ")


def test_a_file_of_a_part_that_says_it_is_of_the_country_is_refused(tmp_path):
    half = table()
    half = half[half.index.str[1:5].astype(int) < 1209]
    told = 'no square in 1 of 2 gemeenten that the source covers: GM0599; name those .*: covers = \\["GM0363"\\]'
    with pytest.raises(SourceError, match=told):
        counted(declared(), AREAS, put(tmp_path, half))


def test_a_column_goes_by_its_letters_and_digits(tmp_path):
    got = counted(declared(), AREAS, put(tmp_path, table().rename(columns={"aantal_inwoners": "aantalInwoners"})))
    assert got.table["inwoners"].sum() == pytest.approx(3000)
    with pytest.raises(SourceError, match=r"no column of numbers 'aantal_woningen'; it has aantal_inwoners"):
        counted(declared(column="aantal_woningen"), AREAS, put(tmp_path, table()))


def test_squares_are_weights_under_our_own_name(tmp_path):
    raw = table()
    raw.iloc[:7] = -99997
    got = weighed(declared(), "inwoners", put(tmp_path, raw))
    assert (got.weights.of, got.weights.column, got.weights.unknown) == ("inwoners", "aantal_inwoners", 7)
    assert got.rows == 600


@pytest.fixture
def fetched(tmp_path):
    """A folder with squares as a fetch leaves them."""
    source = declared(path=None)
    file = fetched_file(source)
    (tmp_path / "sources").mkdir()
    table().reset_index().to_parquet(tmp_path / file, index=False)
    receipt = Receipt("sources/vierkanten", "Vierkanten", "https://example.org/wfs", digest(tmp_path / file),
                      600, "CC0", "Proef", ("let op",), "2026-01-01T00:00:00+00:00")  # fmt: skip
    receipts.add(tmp_path, {file: receipt})
    return tmp_path


def test_what_was_fetched_is_read_with_its_receipt(fetched):
    got = counted(declared(path=None), AREAS, fetched)
    assert got.table["inwoners"].sum() == pytest.approx(3000)
    assert (got.where, got.notes) == ("https://example.org/wfs", ("let op",))
    assert got.fetched == weighed(declared(path=None), "inwoners", fetched).fetched == "2026-01-01T00:00:00+00:00"


def test_what_was_changed_after_it_was_fetched_is_not_read(fetched):
    table().head(9).reset_index().to_parquet(fetched / "sources/vierkanten-2024.parquet", index=False)
    with pytest.raises(SourceError, match="changed since it was fetched"):
        counted(declared(path=None), AREAS, fetched)


def test_squares_that_are_not_there_are_told_with_where_to_get_them(tmp_path):
    told = "sources/vierkanten-2024.parquet: no such file; fetch it: zicht fetch vierkanten --to"
    with pytest.raises(SourceError, match=re.escape(told)):
        counted(declared(path=None), AREAS, tmp_path)
    with pytest.raises(SourceError, match=r"squares.csv: no such file"):
        counted(declared(), AREAS, tmp_path)
    with pytest.raises(SourceError, match=r"'misdrijven': declares no \[squares\]"):
        counted(load().sources["misdrijven"], AREAS, tmp_path)


def test_the_pipeline_knows_who_reads_squares(tmp_path):
    vault = Vault(tmp_path / "vault")
    got = own_sources._own_table(put(tmp_path, table()), vault, "local", declared(), AREAS)
    assert got.table["inwoners"].sum() == pytest.approx(3000)


def test_squares_in_a_semicolon_csv_with_decimal_commas_are_read(tmp_path):
    raw = table().assign(gem_huishoudensgrootte=2.5, naam="x")
    raw.to_csv(tmp_path / "squares.csv", sep=";", decimal=",")
    got = counted(declared(), AREAS, tmp_path)
    assert got.table["inwoners"].to_numpy() == pytest.approx(125)


def test_a_count_of_squares_that_can_be_read_in_two_ways_is_refused_and_can_be_declared(tmp_path):
    raw = table().assign(aantal_inwoners="1.234", aantal_woningen="1.234")
    put(tmp_path, raw)
    with pytest.raises(
        SourceError, match=r"column 'aantal_inwoners': '1\.234' \(E1200N4800\) can be read as 1234 and as 1\.234"
    ):
        counted(declared(), AREAS, tmp_path)
    dutch = declared()
    dutch = dutch.model_copy(update={"squares": dutch.squares.model_copy(update={"format": Format(decimal=",")})})
    assert counted(dutch, AREAS, tmp_path).table["inwoners"].to_numpy() == pytest.approx(25 * 1234)


def test_a_square_with_less_than_nothing_is_named_as_a_square(tmp_path):
    raw = table()
    raw.loc["E1203N4801", "aantal_inwoners"] = -99996
    for use in (lambda: counted(declared(), AREAS, tmp_path), lambda: weighed(declared(), "inwoners", tmp_path)):
        put(tmp_path, raw)
        with pytest.raises(SourceError, match=r"1 squares hold no count in .*inwoners': E1203N4801 -99996;"):
            use()


@pytest.mark.parametrize("code", [-99997, -99998])
def test_codes_kept_as_text_and_headers_of_older_years_are_known(tmp_path, code):
    raw = table().astype(int).astype(str).rename_axis("C28992R100").rename(columns={"aantal_inwoners": "INW2014"})
    raw.loc["E1200N4800", "INW2014"] = f"{code},0"
    raw.index = raw.index.str.replace(r"E(\d{4})N(\d{4})", r"E\g<1>00N\g<2>00", regex=True)
    raw.reset_index().to_csv(tmp_path / "squares.csv", index=False, sep=";")
    got = counted(declared(column="inw2014"), AREAS, tmp_path).table["inwoners"]
    assert got.drop(FIRST).to_numpy() == pytest.approx(125)
    assert got[FIRST] == (120 if code == -99997 else -99997)


YEARS = (2019, 2021, 2022)


def of_years(years=YEARS, path="vk_{year}.csv"):
    one = declared()
    grid = SquareGrid(years=years, path=path, covers=("NL",), column={"inwoners": "aantal_inwoners"})
    return one.model_copy(update={"squares": grid})


def by_year(folder):
    """A file a year, each with one more inhabitant a square, and a secret one in 2021."""
    for at, year in enumerate(YEARS):
        raw = table() + at / 7
        if year == 2021:
            raw.loc["E1200N4800", "aantal_inwoners"] = -99997
        put(folder, raw, f"vk_{year}.csv")
    return folder


def bits(got):
    return got.table.to_csv().encode() + repr((got.notes, got.rows, got.sha256, got.where)).encode()


def test_squares_of_several_years_are_columns_by_year_each_as_its_file_alone_gives(tmp_path):
    got = counted(of_years(), AREAS, by_year(tmp_path))
    assert list(got.table) == [f"inwoners_{year}" for year in YEARS]
    for year in YEARS:
        alone = counted(declared(path=f"vk_{year}.csv"), AREAS, tmp_path)
        assert got.table[f"inwoners_{year}"].equals(alone.table["inwoners"].rename(f"inwoners_{year}"))
    assert got.rows == 3 * 600
    assert [one[:6] for one in got.notes] == ["2021: "] * 2
    assert (got.where, len(got.sha256)) == ("vk_{year}.csv", 64)


def test_years_are_counted_to_the_same_bits_by_processes_and_spark(cluster, tmp_path):
    here = bits(counted(of_years(), AREAS, by_year(tmp_path)))
    for engine in (AnyOrder(1), Local(2), Local(7), Spark("local[2]"), Spark(cluster.master)):
        assert bits(counted(of_years(), AREAS, tmp_path, engine)) == here


def test_a_year_of_which_the_file_is_broken_or_not_there_stops_it_and_is_named(tmp_path):
    (by_year(tmp_path) / "vk_2021.csv").write_text("a;b\n1;2\n")
    for engine in (Local(), AnyOrder(2)):
        with pytest.raises(SourceError, match=r"vk_2021\.csv: no column with the names of squares"):
            counted(of_years(), AREAS, tmp_path, engine)
    (tmp_path / "vk_2021.csv").unlink()
    with pytest.raises(SourceError, match=r"vk_2021\.csv: no such file"):
        counted(of_years(), AREAS, tmp_path)


def test_the_pipeline_knows_the_columns_and_the_bytes_of_years(tmp_path):
    own = own_sources.below(by_year(tmp_path))
    before = own.identity(of_years()).content
    put(tmp_path, table() + 3, "vk_2022.csv")
    assert own.identity(of_years()).content != before
    faults = list(formula_faults("v.toml", of_years()))
    assert len(faults) == 1
    assert "which [squares] does not give; it gives inwoners_2019, inwoners_2021, inwoners_2022" in str(faults[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"year": 2024, "years": YEARS, "path": "vk_{year}.csv"}, {"years": YEARS}, {"years": YEARS, "path":
        "vk.csv"}, {"years": (2019, 2019), "path": "vk_{year}.csv"},
    ],
)  # fmt: skip
def test_squares_are_of_one_year_or_of_files_by_year(wrong):
    with pytest.raises(ValidationError):
        SquareGrid(column={"inwoners": "aantal_inwoners"}, **wrong)
