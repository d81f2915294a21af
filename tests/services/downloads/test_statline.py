"""StatLine against a server that behaves as CBS does: what comes out, and what is said where it cannot be right."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.vintages import vintage
from geo.errors import SourceError
from geo.messages import Message
from layers.declarations.catalog import load
from layers.declarations.sources import SourceDeclaration
from layers.declarations.statline import StatLine, Topic
from services.downloads.odata import V4
from services.downloads.statline import figures_of, planned
from services.http.client import Client, UnreachableError
from services.http.transport import RetryPolicy
from tests.standin import statline as cbs
from tests.standin.server import Reply, Spoil, Standin, busy, cut, dripping, halved

QUICK = RetryPolicy(connect_timeout=20, read_timeout=2, total_timeout=20, tries=3, pause=0.01, cooldown=0)
CODES = [
    f"BU{gemeente}{wijk:02d}{buurt:02d}" for gemeente in ("0363", "0599") for wijk in range(4) for buurt in range(10)
]
WHOLE_COUNTRY = replace(vintage(2024), least=80)
YEARS = list(cbs.YEARS)
KWB, POLICE = (load().sources[name] for name in ("kerncijfers", "misdrijven"))


def figures() -> pd.DataFrame:
    """Figures as CBS has them: numbers, secrets and nothing."""
    made = pd.DataFrame({"buurtcode": CODES, "inwoners": range(0, 400, 5), "huishoudens": 2.0, "koopwoningen": 55})
    made["adressendichtheid"] = 1000
    made.loc[3, "huishoudens"] = np.nan
    made.loc[4, "koopwoningen"] = -99997
    return made


def crimes() -> pd.DataFrame:
    return pd.DataFrame(
        {"buurtcode": CODES} | {f"misdrijven_{year}": range(year - 2000, year - 1920) for year in YEARS}
    )


TABLES = {cbs.KWB: cbs.kerncijfers(figures(), page=30), cbs.POLICE: cbs.misdrijven(crimes(), page=40)}


class Fetch:
    """The services, and a client of them with a cache of its own."""

    def __init__(self, folder: Path, standin: Standin, service: cbs.StatLine) -> None:
        self.folder, self.standin, self.service = folder, standin, service
        self.reports: list[Message] = []

    def __call__(self, source: SourceDeclaration = KWB, *gemeenten: str, **more: Any) -> pd.DataFrame:
        client = Client(self.folder, policy=QUICK, gateway=self.standin.url, on_retry=self.reports.append, **more)
        return figures_of(client, source, WHOLE_COUNTRY, gemeenten)

    def holds(self, table: str, made: Callable[[cbs.Table], cbs.Table]) -> None:
        self.service.tables = {**self.service.tables, table: made(self.service.tables[table])}
        self.service.answers.clear()


@pytest.fixture
def fetch(tmp_path: Path) -> Iterator[Fetch]:
    service = cbs.StatLine(TABLES)
    with Standin(service) as standin:
        yield Fetch(tmp_path, standin, service)


def other(source: SourceDeclaration, **changes: Any) -> SourceDeclaration:
    assert source.statline
    return source.model_copy(update={"statline": StatLine(**source.statline.model_dump() | changes)})


def test_figures_come_as_they_are_one_row_a_buurt(fetch: Fetch):
    pd.testing.assert_frame_equal(fetch(), figures(), check_dtype=False, check_column_type=False)


def test_police_figures_get_the_year_behind_their_name(fetch: Fetch):
    pd.testing.assert_frame_equal(fetch(POLICE), crimes(), check_dtype=False)


@pytest.mark.parametrize("source", [KWB, POLICE], ids=lambda one: one.id)
def test_gemeente_by_gemeente_gives_what_the_feed_gives(fetch: Fetch, source: SourceDeclaration):
    national = fetch(source)
    assert fetch(source, "GM0599", "GM0363").equals(national)
    one = fetch(source, "GM0599")
    assert one.equals(national[national["buurtcode"].str.startswith("BU0599")].reset_index(drop=True))
    assert fetch.standin.count(r"ODataApi/odata/\w+/TypedDataSet.*startswith\(WijkenEnBuurten,'BU0599'\)")


@pytest.mark.parametrize("source", [KWB, POLICE], ids=lambda one: one.id)
def test_version_4_gives_what_version_3_gives(fetch: Fetch, source: SourceDeclaration):
    assert fetch(other(source, version=4, service="https://datasets.cbs.nl/odata/v1/CBS")).equals(fetch(source))
    assert fetch.standin.count("Observations.*skip=")


def test_in_version_4_a_buurt_without_any_figure_is_not_lost(fetch: Fetch):
    fetch.holds(cbs.KWB, lambda old: replace(old, rows=[
        row | dict.fromkeys([one.key for one in old.topics]) if row["WijkenEnBuurten"] == CODES[7] else row
        for row in old.rows
    ]))  # fmt: skip
    table = fetch(other(KWB, version=4))
    assert list(table["buurtcode"]) == CODES
    assert table.set_index("buurtcode").loc[CODES[7]].isna().all()


def test_a_key_of_another_year_is_found_by_its_title(fetch: Fetch):
    before = fetch()
    fetch.holds(cbs.KWB, lambda old: old.suffixed(4))
    assert fetch(fresh=True).equals(before)
    assert fetch.standin.count("Koopwoningen_51")


def test_codes_go_over_the_wire_with_the_padding_of_the_table(fetch: Fetch):
    fetch(POLICE)
    assert fetch.standin.count(r"SoortMisdrijf eq '0\.0\.0 ' and Perioden eq '2024JJ00'") > 0


def test_months_get_year_and_month_behind_their_name(fetch: Fetch):
    months = [f"2024MM{month:02d}" for month in (1, 2, 11)]
    rows = [
        {"SoortMisdrijf": "1.1.1", "WijkenEnBuurten": code, "Perioden": month, cbs.CRIMES[0].key: at}
        for code in CODES
        for at, month in enumerate([*months, "2024JJ00"])
    ]
    fetch.service.tables = {"47022NED": cbs.Table(cbs.CRIMES, rows, TABLES[cbs.POLICE].dimensions)}
    column = {"inbraken": Topic(title="Geregistreerde misdrijven", select={"SoortMisdrijf": "1.1.1"})}
    monthly = other(POLICE, tables={2024: "47022NED"}, years=(2024,), every="month", column=column)
    table = fetch(monthly)
    assert list(table.columns) == ["buurtcode", "inbraken_2024_01", "inbraken_2024_02", "inbraken_2024_11"]
    assert table.iloc[0].tolist()[1:] == [0, 1, 2]
    assert fetch.standin.count("TypedDataSet") == 1


def test_columns_of_other_codes_are_asked_apart(fetch: Fetch):
    assert POLICE.statline
    handel = {"drugshandel": Topic(title="geregistreerde  misdrijven", select={"SoortMisdrijf": "3.1.1"})}
    table = fetch(other(POLICE, column={**POLICE.statline.column, **handel}))
    assert list(table["drugshandel_2024"]) == [count // 10 for count in table["misdrijven_2024"]]
    assert list(table.columns[1:]) == [f"{name}_{year}" for name in ("misdrijven", "drugshandel") for year in YEARS]


def test_text_in_place_of_a_figure_is_passed_on(fetch: Fetch):
    fetch.holds(cbs.KWB, lambda old: replace(old, rows=[
        row | {"AantalInwoners_5": "       ." if row["WijkenEnBuurten"] == CODES[0] else row["AantalInwoners_5"]}
        for row in old.rows
    ]))  # fmt: skip
    assert list(fetch()["inwoners"][:3]) == ["       .", "5", "10"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda old: old.titled("Koopwoningen", "Woningen in eigendom"),
         "column 'koopwoningen': no topic has the title 'Koopwoningen'; nearest: 'Woningen in eigendom'"),
        (lambda old: old.titled("Huishoudens totaal", "Aantal inwoners"),
         "2 topics have the title 'Aantal inwoners', below: Bevolking; Particuliere huishoudens; name one of these"),
        (lambda old: replace(old, rows=old.rows[:-40]),
         "40 buurten where the country of 2024 has 80 at least; pages are missing: try again later"),
        (lambda old: replace(old, rows=[*old.rows, old.rows[-1]]), rf"1 rows twice for BU.*: {CODES[-1]}; the service"),
        (lambda old: replace(old, rows=old.rows[:3]), r"no rows for BU\.\.\. in the table, where some were due; the"),
        (lambda old: replace(old, dimensions=("Wijken",), rows=[{"Wijken": "NL00"} | row for row in old.rows]),
         "no dimension 'WijkenEnBuurten' for its areas; it has Wijken"),
    ],
    ids=["a title is gone", "a title twice", "pages missing", "a row twice", "no rows", "no places"],
)  # fmt: skip
def test_a_table_that_cannot_be_right_is_reported_and_discarded(
    fetch: Fetch, made: Callable[[cbs.Table], cbs.Table], said: str
):
    whole = fetch.service.tables
    fetch.holds(cbs.KWB, made)
    with pytest.raises(SourceError, match=said) as fault:
        fetch()
    assert "85984NED" in str(fault.value)
    fetch.service.tables = whole
    fetch.service.answers.clear()
    pd.testing.assert_frame_equal(fetch(), figures(), check_dtype=False, check_column_type=False)


@pytest.mark.parametrize(("missing", "whole"), [(8, True), (9, False)])
def test_nine_tenths_of_the_least_number_of_buurten_must_come(fetch: Fetch, missing: int, whole: bool):  # noqa: FBT001  # a case
    fetch.holds(cbs.KWB, lambda old: replace(old, rows=old.rows[:-missing]))
    if whole:
        assert len(fetch()) == 72
    else:
        with pytest.raises(SourceError, match="71 buurten where the country of 2024 has 80 at least"):
            fetch()


def test_a_heading_distinguishes_two_topics_of_one_title(fetch: Fetch):
    assert KWB.statline
    fetch.holds(cbs.KWB, lambda old: old.titled("Huishoudens totaal", "Aantal inwoners"))
    column = {
        **KWB.statline.column,
        "inwoners": Topic(title="Aantal inwoners", group="Bevolking"),
        "huishoudens": Topic(title="Aantal inwoners", group="Particuliere huishoudens"),
    }
    for version in (3, 4):
        table = fetch(other(KWB, column=column, version=version))
        pd.testing.assert_frame_equal(table, figures(), check_dtype=False, check_column_type=False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"years": (2024, 2030)}, "no year of 2030; the last periods are 2023JJ00, 2024JJ00, 2025JJ00"),
        ({"column": {"x1": {"title": "Geregistreerde misdrijven", "select": {"SoortMisdrijf": "3.1.9"}}}},
         r"SoortMisdrijf has no code '3\.1\.9'; nearest: 3\.1\.1"),
        ({"column": {"x1": {"title": "Geregistreerde misdrijven"}}},
         r"column 'x1': the table is split by SoortMisdrijf as well; say which code is meant: select = \{ SoortMis"),
        ({"tables": {2023: "47018NED"}}, "source 'misdrijven': no table of 2024; it has 2023; add it to"),
        ({"tables": {2024: "47099NED"}}, "the service refuses: 404 Not Found"),
        ({"column": dict.fromkeys(("x1", "x2"), POLICE.statline.column["misdrijven"] if POLICE.statline else None)},
         "columns .*'x1', 'x2'.* are the same topic; keep one of them"),
    ],
    ids=["a year", "a code", "a dimension", "a vintage", "a table", "a topic twice"],
)  # fmt: skip
def test_what_is_declared_and_not_there_is_named_with_what_is(fetch: Fetch, changes: dict[str, Any], said: str):
    with pytest.raises(SourceError, match=said):
        fetch(other(POLICE, **changes))


def test_an_unpadded_key_would_answer_200_and_nothing(fetch: Fetch):
    client = Client(fetch.folder, policy=QUICK, gateway=fetch.standin.url)
    url = "https://dataderden.cbs.nl/ODataApi/odata/47018NED/TypedDataSet"
    place = "startswith(WijkenEnBuurten,'BU0599')"
    for code, count in (("0.0.0", 0), ("0.0.0 ", 40 * len(YEARS))):
        condition = f"{place} and SoortMisdrijf eq '{code}'"
        assert len(client.get(url, {"$format": "json", "$filter": condition}).json()["value"]) == count


@pytest.mark.parametrize("options", [{"$skip": "5001"}, {"$top": "5001"}, {}], ids=["skip", "top", "10,000 rows"])
def test_what_the_api_answers_500_to_is_never_asked_of_it(tmp_path: Path, options: dict[str, str]):
    many = pd.DataFrame({"buurtcode": [f"BU{at:08d}" for at in range(10_500)]} | dict.fromkeys(cbs.COLUMNS, 1))
    with Standin(cbs.StatLine({cbs.KWB: cbs.kerncijfers(many)})) as standin:
        client = Client(tmp_path, policy=QUICK, gateway=standin.url)
        with pytest.raises(UnreachableError, match="answers 500"):
            client.get("https://opendata.cbs.nl/ODataApi/odata/85984NED/TypedDataSet", {"$format": "json"} | options)
        assert len(figures_of(client, KWB, WHOLE_COUNTRY)) == 10_500
        assert standin.count(r"ODataFeed.*skip=10000") == 1


@pytest.mark.parametrize("table", ["MeasureCodes", "Dimensions"])
def test_a_row_that_lacks_what_all_have_is_reported_as_such(tmp_path: Path, table: str):
    with Standin(lambda *_: Reply(200, b'{"value": [{"Title": "x"}]}', {"Content-Type": "application/json"})) as server:
        asked = V4(Client(tmp_path, gateway=server.url), None, "85984NED", "WijkenEnBuurten", "")
        with pytest.raises(SourceError, match=r"a row of a table without 'Identifier': .*the service has changed"):
            asked.topics() if table == "MeasureCodes" else asked.dimensions()


def test_a_page_that_repeats_is_reported_and_not_cached(fetch: Fetch):
    client = Client(fetch.folder, gateway=fetch.standin.url)
    first = client.get(
        "https://opendata.cbs.nl/ODataFeed/odata/85984NED/TypedDataSet",
        {"$format": "json", "$select": "WijkenEnBuurten"},
    )
    content = first.json()["value"]

    def again(usual: Reply) -> Reply:
        page = orjson.loads(usual.body)
        page["value"] = [
            row | {"WijkenEnBuurten": one["WijkenEnBuurten"]} for row, one in zip(page["value"], content, strict=True)
        ]
        return replace(usual, body=orjson.dumps(page))

    fetch.standin.trap(r"Feed.*Aantal.*skip=30", again)
    with pytest.raises(SourceError, match=r"rows twice .* the service sends its pages in a loop; nothing of it stays"):
        fetch()
    fetch.standin.trap(r"Feed.*Aantal.*skip=60", lambda _: fetch.standin.reply(_asked(fetch, "skip=30"), {}))
    with pytest.raises(SourceError, match="skip=60: a page that repeats, after 60 rows: the service sends its pages"):
        fetch()
    pd.testing.assert_frame_equal(fetch(), figures(), check_dtype=False, check_column_type=False)


def _asked(fetch: Fetch, part: str) -> str:
    return next(one for one in fetch.standin.requests if part in one and "Aantal" in one)


def test_a_link_that_goes_in_a_loop_is_reported(fetch: Fetch):
    def loop(usual: Reply) -> Reply:
        page = orjson.loads(usual.body)
        link = page["odata.nextLink"].replace("skip=60", "skip=30")
        return replace(usual, body=orjson.dumps(page | {"odata.nextLink": link}))

    fetch.standin.trap("Feed.*skip=30", loop)
    with pytest.raises(SourceError, match="a page that repeats, after 30 rows"):
        fetch()


@pytest.mark.parametrize(
    "spoil", [busy(0), Reply(500), cut(200), halved, dripping(3)], ids=["429", "500", "cut", "half", "drip"]
)
@pytest.mark.parametrize("where", ["DataProperties", "Feed.*85984NED/Typed", "Feed.*skip=60"])
def test_a_fault_that_passes_leaves_no_trace(fetch: Fetch, where: str, spoil: Spoil):
    fetch.standin.trap(where, spoil)
    pd.testing.assert_frame_equal(fetch(), figures(), check_dtype=False, check_column_type=False)
    assert len(fetch.reports) == 1


@given(page=st.integers(3, 120), places=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4000)), max_size=4))
def test_however_pages_fall_and_connections_break_the_table_is_the_same(page: int, places: list[tuple[int, int]]):
    service = cbs.StatLine({cbs.KWB: replace(TABLES[cbs.KWB], page=page)})
    with TemporaryDirectory() as folder, Standin(service) as standin:
        for nth, at in places:
            standin.trap(f"Feed.*skip={nth * page}$" if nth else "Feed.*Typed", cut(at))
        client = Client(Path(folder), policy=replace(QUICK, tries=6, pause=0), gateway=standin.url)
        table = figures_of(client, KWB, WHOLE_COUNTRY)
    pd.testing.assert_frame_equal(table, figures(), check_dtype=False, check_column_type=False)


def test_what_came_in_before_the_service_failed_is_not_asked_again(fetch: Fetch):
    fetch.standin.trap("Feed.*skip=60", *[Reply(503)] * 3)
    with pytest.raises(UnreachableError, match=r"skip=60: answers 503"):
        fetch()
    before = len(fetch.standin.requests)
    pd.testing.assert_frame_equal(fetch(), figures(), check_dtype=False, check_column_type=False)
    assert [one.partition("skip=")[2] for one in fetch.standin.requests[before:]] == ["60", "90"]


def test_a_service_that_is_down_gives_what_it_gave_before(fetch: Fetch):
    before = fetch()
    fetch.standin.trap(".", Reply(503), lasting=True)
    assert fetch(max_age=timedelta(0)).equals(before)
    assert "; using what it answered " in str(fetch.reports[-1])


def test_a_plan_names_every_address(fetch: Fetch):
    assert planned(KWB, WHOLE_COUNTRY) == [
        "https://opendata.cbs.nl/ODataApi/odata/85984NED/DataProperties",
        "https://opendata.cbs.nl/ODataFeed/odata/85984NED/TypedDataSet (BU...)",
    ]
    assert planned(other(POLICE, version=4), WHOLE_COUNTRY, ["GM0599"])[1].endswith(
        "/47018NED/Observations (BU0599...)"
    )
    assert fetch.standin.requests == []


@pytest.mark.parametrize("wrong", ["0599", "GM599", "BU0599", "GM0599'"])
def test_a_gemeente_that_is_none_is_refused(fetch: Fetch, wrong: str):
    with pytest.raises(SourceError, match="is no code of a gemeente; write it as GM0599"):
        fetch(KWB, wrong)


def test_a_source_without_statline_cannot_be_fetched(fetch: Fetch):
    with pytest.raises(SourceError, match=r"source 'kerncijfers': declares no .statline.: it is read from a file"):
        fetch(KWB.model_copy(update={"statline": None}))


def test_what_is_near_is_told_apart_by_the_heading_above_it(tmp_path):
    nearness = load().sources["nabijheid"]
    with Standin(cbs.StatLine({cbs.NEARNESS: cbs.nabijheid(figures(), page=30)})) as standin:
        client = Client(tmp_path, gateway=standin.url)
        table = figures_of(client, nearness, WHOLE_COUNTRY)
    first = table.set_index("buurtcode").iloc[0].astype(float)
    assert first[["cafes", "cafetarias", "restaurants"]].diff().dropna().round(1).tolist() == [2.0, 1.0]
    assert table.iloc[-1].tolist()[1:] == ["       ."] * 6


def test_every_vintage_of_the_kerncijfers_has_its_table():
    assert KWB.statline
    assert list(KWB.statline.tables) == list(range(2019, 2027))
