"""What a municipality reads when its table is not what its declaration says, and what stands inside when it is."""

from collections.abc import Callable

import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from geo.errors import SourceError
from geo.unknown import Unknown
from layers.declarations.sources import SourceDeclaration
from layers.method.tables import figures_from_table

AREAS = pd.Index([f"BU9999{number:04}" for number in range(20)], name="area_id")

SOURCE = SourceDeclaration.model_validate(
    {
        "id": "proef", "title": "Proef", "publisher": "Proef", "license": "CC0", "url": "https://example.org",
        "attribution": "Proef", "status": "open", "table": {"path": "proef.csv"}, "key": "buurtcode", "vintage": 2024,
        "periods": [2024],
        "columns": {
            "inwoners": {"formula": "inwoners", "title": "Inwoners", "empty": "zero"},
            "huur": {"formula": "huishoudens * (100 - koop) / 100", "title": "Huur"},
            "eerder": {"formula": "(m_{periode-1} + m_{periode-2}) / 2", "title": "Eerder"},
        },
    }
)  # fmt: skip


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {"buurtcode": AREAS, "inwoners": 100.0, "huishoudens": 50.0, "koop": 40.0, "m_2022": 4, "m_2023": 6}
    ).astype({"inwoners": object, "koop": object})


def given(change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> pd.DataFrame:
    raw = table()
    return raw if (changed := change(raw)) is None else changed


def put(column: str, value: object, row: int = 3) -> Callable[[pd.DataFrame], None]:
    def change(raw: pd.DataFrame) -> None:
        raw[column] = raw[column].astype(object)
        raw.loc[row, column] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.drop(columns="buurtcode"), ["proef.csv", "key column 'buurtcode' is missing", "'inwoners'"]),
        (lambda raw: raw.drop(columns="koop"), ["figure 'huur'", "columns 'koop' are missing", "'huishoudens'"]),
        (lambda raw: pd.concat([raw, raw.head(2)]), ["2 codes occur more than once", "BU99990000, BU9999000"]),
        (put("inwoners", -3), ["column 'inwoners'", "1 figure is negative: BU99990003 -3", "-99997"]),
        (put("inwoners", "veel"), ["column 'inwoners'", "1 cell", "BU99990003 'veel'"]),
        (put("koop", "1,5,2"), ["column 'koop'", "BU99990003 '1,5,2'"]),
        (put("koop", "1.234"), ["'1.234' (BU99990003) can be read as 1234 and as 1.234", "format.decimal"]),
        (put("buurtcode", "BU00000000"), ["1 of 20 codes is not in the vintage of 2024: BU00000000", "another year"]),
        (lambda raw: raw.head(17), ["only 85% of the 20 areas", "national table"]),
    ],
)  # fmt: skip
def test_a_table_that_is_not_right_is_refused_with_where_what_and_the_way_out(
    change: Callable[[pd.DataFrame], pd.DataFrame | None], said: list[str]
):
    with pytest.raises(SourceError) as refused:
        figures_from_table(given(change), SOURCE, 2024, AREAS, frozenset())
    for part in said:
        assert part in str(refused.value)


@pytest.mark.parametrize(("listed", "refused"), [(90, False), (89, True)])
def test_nine_in_ten_buurten_of_the_country_must_have_a_row(listed: int, refused: bool):  # noqa: FBT001
    areas = pd.Index([f"BU9999{number:04}" for number in range(100)], name="area_id")
    raw = pd.concat([table()] * 5, ignore_index=True).assign(buurtcode=areas).head(listed)
    if refused:
        with pytest.raises(SourceError, match="only 89% of the 100 areas of the country have a row"):
            figures_from_table(raw, SOURCE, 2024, areas, frozenset())
    else:
        assert figures_from_table(raw, SOURCE, 2024, areas, frozenset()).values["proef.huur"].notna().sum() == 90


def test_a_period_that_the_source_does_not_have_is_refused():
    with pytest.raises(SourceError, match="no figures for period 2019; it has 2024"):
        figures_from_table(table(), SOURCE, 2019, AREAS, frozenset())


def test_formulas_are_computed_per_area():
    read = figures_from_table(table(), SOURCE, 2024, AREAS, frozenset())
    assert (read.values["proef.huur"] == 30).all()
    assert (read.values["proef.eerder"] == 5).all()


@pytest.mark.parametrize(
    ("code", "reason"),
    [(-99997, Unknown.SECRET), (-99995, Unknown.LATER), (-99991, Unknown.DISCONTINUED), (-99999999, Unknown.ABSENT)],
)
def test_each_missing_code_of_cbs_keeps_its_own_reason_and_is_never_a_number(code: int, reason: Unknown):
    for column, figure in (("inwoners", "inwoners"), ("koop", "huur"), ("huishoudens", "huur")):
        read = figures_from_table(given(put(column, code)), SOURCE, 2024, AREAS, frozenset())
        assert np.isnan(read.values[f"proef.{figure}"].iloc[3])
        assert read.reasons[f"proef.{figure}"].iloc[3] == reason
        assert read.reasons[f"proef.{figure}"].drop(AREAS[3]).isna().all()


@pytest.mark.parametrize("empty", [None, "", "   ", ".", "       .", float("nan")])
def test_an_empty_cell_is_unknown_unless_the_source_says_that_it_is_zero(empty: object):
    declared_zero = figures_from_table(given(put("inwoners", empty)), SOURCE, 2024, AREAS, frozenset())
    assert declared_zero.values["proef.inwoners"].iloc[3] == 0
    unknown = figures_from_table(given(put("koop", empty)), SOURCE, 2024, AREAS, frozenset())
    assert np.isnan(unknown.values["proef.huur"].iloc[3])
    assert unknown.reasons["proef.huur"].iloc[3] == Unknown.ABSENT


def test_an_area_that_the_table_does_not_list_is_unknown_also_where_empty_means_zero():
    read = figures_from_table(table().drop(index=3), SOURCE, 2024, AREAS, frozenset())
    assert np.isnan(read.values["proef.inwoners"].iloc[3])
    assert read.reasons["proef.inwoners"].iloc[3] == Unknown.ABSENT


def test_padding_around_codes_and_numbers_is_no_fault():
    raw = table()
    raw["buurtcode"] = raw["buurtcode"] + "  "
    raw["inwoners"] = "    23.5"
    assert (figures_from_table(raw, SOURCE, 2024, AREAS, frozenset()).values["proef.inwoners"] == 23.5).all()


def test_the_order_of_rows_does_not_matter():
    raw = table()
    raw["inwoners"] = np.arange(20.0)
    read = figures_from_table(raw.sample(frac=1, random_state=1), SOURCE, 2024, AREAS, frozenset())
    assert list(read.values["proef.inwoners"]) == list(range(20))


def test_codes_without_a_polygon_on_the_map_may_be_there_when_the_division_says_so():
    extra = pd.concat([table(), table().head(1).assign(buurtcode="BU88880000")])
    assert len(figures_from_table(extra, SOURCE, 2024, AREAS, frozenset({"BU88880000"})).values) == 20


@pytest.mark.parametrize(("decimal", "inwoners"), [(",", 1234), (".", 1.234)])
def test_how_a_table_is_written_can_be_declared(decimal: str, inwoners: float):
    declared = SourceDeclaration.model_validate(
        SOURCE.model_dump(exclude_none=True) | {"table": {"path": "proef.csv", "format": {"decimal": decimal}}}
    )
    raw = table().assign(inwoners="1.234")
    assert (figures_from_table(raw, declared, 2024, AREAS, frozenset()).values["proef.inwoners"] == inwoners).all()


MONTHLY = SourceDeclaration.model_validate(
    SOURCE.model_dump(exclude_none=True)
    | {
        "periods": ["2023-01/2024-12"],
        "columns": {
            "meldingen": {"formula": "m_{periode}", "title": "Meldingen", "kind": "count"},
            "voorraad": {"formula": "m_{periode}", "title": "Voorraad", "kind": "stock"},
        },
    }
)
COUNTS = st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=12, max_size=12)


@hypothesis.given(COUNTS)
def test_twelve_months_add_up_to_a_year_only_when_all_are_known(months: list[int | None]):
    raw = pd.DataFrame({"buurtcode": AREAS} | {f"m_2024_{at:02}": count for at, count in enumerate(months, start=1)})
    read = figures_from_table(raw, MONTHLY, 2024, AREAS, frozenset())
    known = [count for count in months if count is not None]
    if len(known) == 12:
        assert (read.values["proef.meldingen"] == sum(known)).all()
    else:
        assert (read.reasons["proef.meldingen"] == Unknown.ABSENT).all()
        assert read.values["proef.meldingen"].isna().all()
    assert list(read.values) == ["proef.meldingen"]  # a stock is not the sum of its months


def test_a_month_that_the_table_does_not_have_is_named():
    raw = pd.DataFrame({"buurtcode": AREAS} | {f"m_2024_{at:02}": 1 for at in range(1, 12)})
    with pytest.raises(SourceError, match="columns 'm_2024_12' are missing"):
        figures_from_table(raw, MONTHLY, 2024, AREAS, frozenset())


def test_what_is_per_month_says_whether_it_adds_up():
    declared = MONTHLY.model_dump(exclude_none=True)
    declared["columns"]["meldingen"].pop("kind")
    with pytest.raises(ValueError, match="columns meldingen do not say whether months or quarters"):
        SourceDeclaration.model_validate(declared)


GEMEENTEN = pd.Index([f"GM{number:04}" for number in (3, 9999)], name="area_id")


def per(level: str, **columns: dict[str, str]) -> SourceDeclaration:
    added = SOURCE.model_dump(exclude_none=True)["columns"] | columns
    return SourceDeclaration.model_validate(SOURCE.model_dump(exclude_none=True) | {"level": level, "columns": added})


@hypothesis.given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=20, max_size=20))
def test_counts_of_buurten_are_summed_to_their_gemeente_unless_one_is_unknown(counts: list[int | None]):
    source = per("buurt", teller={"formula": "m", "title": "Teller", "kind": "count"})
    raw = table().assign(m=pd.array(counts, dtype="Int64"), buurtcode=[*AREAS[:19], "BU00030000"])
    read = figures_from_table(raw, source, 2024, GEMEENTEN, frozenset())
    assert read.values.index.equals(GEMEENTEN)
    assert list(read.values) == ["proef.teller"]  # what is not declared to add up is not summed
    for gemeente, parts in (("GM9999", counts[:19]), ("GM0003", counts[19:])):
        value, reason = read.values.loc[gemeente, "proef.teller"], read.reasons.loc[gemeente, "proef.teller"]
        if None in parts:
            assert np.isnan(value)
            assert reason == Unknown.PARTLY
        else:
            assert value == sum(parts)


def test_rows_of_gemeenten_go_before_sums_of_buurten():
    raw = pd.concat([table(), table().head(2).assign(buurtcode=["GM0003", "GM9999"], inwoners=7)])
    read = figures_from_table(raw, per("buurt"), 2024, GEMEENTEN, frozenset())
    assert read.values["proef.inwoners"].tolist() == [7, 7]


def test_a_figure_of_a_gemeente_is_no_figure_of_its_buurten():
    with pytest.raises(SourceError, match="has figures per gemeente, which say nothing of the buurt in it; build at"):
        figures_from_table(table(), per("gemeente"), 2024, AREAS, frozenset())


def test_codes_of_another_year_without_any_figure_are_passed_over_and_those_with_one_are_refused():
    raw = table().head(2).assign(buurtcode=["GM0003", "GM9999"]).astype(object)
    older = raw.head(1).assign(
        buurtcode="GM0007", inwoners="       .", huishoudens="", koop=None, m_2022=".", m_2023="."
    )
    provinces = raw.head(1).assign(buurtcode="PV20")
    read = figures_from_table(pd.concat([raw, older, provinces]), per("gemeente"), 2024, GEMEENTEN, frozenset())
    assert read.values["proef.huur"].tolist() == [30, 30]
    with pytest.raises(SourceError, match="1 of 3 codes is not in the vintage of 2024: GM0007"):
        figures_from_table(pd.concat([raw, older.assign(koop="4")]), per("gemeente"), 2024, GEMEENTEN, frozenset())


def test_the_key_of_a_source_per_gemeente_is_called_so():
    declared = SOURCE.model_dump(exclude_none=True, exclude={"key"}) | {"level": "gemeente"}
    assert SourceDeclaration.model_validate(declared).key == "gemeentecode"


def rounded(source: SourceDeclaration, **declared: object) -> SourceDeclaration:
    columns = {
        "meldingen": {"formula": "m", "title": "M", "kind": "count"},
        "dichtheid": {"formula": "m", "title": "D", "kind": "rate"},
        "precies": {"formula": "m", "title": "P", "kind": "count", "rounded_to": 1},
    }
    return SourceDeclaration.model_validate(
        source.model_dump(exclude_none=True) | {"columns": columns, "rounded_to": 5} | declared
    )


def test_a_rounded_count_is_known_to_half_a_step_and_sums_of_it_to_more():
    raw = table().assign(m=10)
    read = figures_from_table(raw, rounded(SOURCE), 2024, AREAS, frozenset())
    assert read.margin("proef.meldingen").tolist() == [2.0] * 20
    assert read.margin("proef.dichtheid") is None
    assert read.margin("proef.precies") is None
    of_gemeente = figures_from_table(raw, rounded(SOURCE), 2024, GEMEENTEN, frozenset())
    assert of_gemeente.margin("proef.meldingen")["GM9999"] == 40.0


def test_what_is_rounded_says_what_counts():
    with pytest.raises(ValueError, match="columns inwoners, huur, eerder do not say whether they are counts"):
        SourceDeclaration.model_validate(SOURCE.model_dump(exclude_none=True) | {"rounded_to": 5})


def test_a_level_of_another_year_is_unknown_where_the_code_is_not_of_both():
    raw = table().assign(m_2022=4)
    raw.loc[3, "buurtcode"] = "BU99990099"  # the code of that buurt in the year before
    with pytest.raises(SourceError, match="1 of 20 codes is not in the vintage of 2024: BU99990099"):
        figures_from_table(raw, SOURCE, 2024, AREAS, frozenset())
    earlier = SOURCE.model_copy(update={"codes_of": 2023})
    figures = figures_from_table(raw, earlier, 2024, AREAS, frozenset())
    assert list(figures.values.index) == list(AREAS)
    assert figures.reasons.loc[AREAS[3]].unique().tolist() == [Unknown.ABSENT]
    assert figures.values.drop(index=AREAS[3]).notna().all(axis=None)


def test_a_typing_error_among_the_codes_of_another_year_is_refused_all_the_same():
    raw = table()
    raw.loc[3, "buurtcode"] = "BU999900003"
    with pytest.raises(SourceError, match="1 of 20 codes is not in the vintage of 2024: BU999900003"):
        figures_from_table(raw, SOURCE.model_copy(update={"codes_of": 2023}), 2024, AREAS, frozenset())
