"""Where a column begins to hold persons: every threshold as it was chosen, on both of its sides."""

import subprocess
import sys

import pyarrow as pa
import pytest

from geo.errors import SourceError
from services.persons.births import years
from services.persons.bsn import at_least, passing
from services.persons.column import ColumnScan
from services.persons.scan import PersonScan

NAMES = ["J. de Vries", "P.M. Bakker", "mevr. A. van den Berg", "Fatma Yildiz"]


def refused(cells, header="kolom"):
    """What is said of a column with these cells; None where it comes in."""
    scan = PersonScan("rijen.csv", [header], [header])
    scan.search(pa.record_batch({header: pa.array(cells)}))
    try:
        scan.check()
    except SourceError as fault:
        return str(fault)
    return None


def among(cells, count, whole, other="x"):
    """`count` of these cells, over and over, among `whole`."""
    return [cells[at % len(cells)] if at < count else other for at in range(whole)]


def numbers(passing_, failing):
    """Numbers that pass the elfproef, and that do not."""
    every = [f"{one:09d}" for one in range(100_000_000, 100_000_000 + 20 * (passing_ + failing))]
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    pass_ = [one for one in every if sum(int(d) * w for d, w in zip(one, weights, strict=True)) % 11 == 0]
    known = set(pass_)
    fail = [one for one in every if one not in known]
    return [*pass_[:passing_], *fail[:failing]]


@pytest.mark.parametrize(("filled", "looked_at"), [(4095, 4095), (4096, 2048), (8191, 4096), (8192, 2731)])
def test_some_four_thousand_cells_of_a_batch_are_looked_at(filled, looked_at):
    assert f"{looked_at} of {looked_at} cells that were looked at" in refused(["piet@example.nl"] * filled)


@pytest.mark.parametrize(("count", "comes_in"), [(2, True), (3, False)])
def test_two_of_something_are_chance_and_three_are_not(count, comes_in):
    assert (refused(among(["piet@example.nl"], count, 9)) is None) == comes_in
    assert (refused(among(NAMES[:count], 9, 9)) is None) == comes_in
    assert (refused(among(["turks", "pools", "syrisch"][:count], 9, 9)) is None) == comes_in
    assert (refused(numbers(count, 0)) is None) == comes_in


@pytest.mark.parametrize(
    ("header", "count", "comes_in"),
    [("kolom", 20, True), ("kolom", 21, False), ("eigenaar", 5, True), ("eigenaar", 6, False)],
)
def test_a_fifth_of_names_is_refused_and_a_twentieth_where_they_are_announced(header, count, comes_in):
    assert (refused(among(NAMES, count, 100, "Woningcorporatie"), header) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(20, True), (21, False)])
def test_bare_numbers_of_ten_digits_are_telephones_where_more_than_a_fifth_look_so(count, comes_in):
    assert (refused(among([f"06123456{at:02d}" for at in range(20, 60)], count, 100)) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(50, True), (51, False)])
def test_more_than_half_of_the_cells_must_name_an_origin(count, comes_in):
    assert (refused(among(["turks", "pools", "syrisch"], count, 100)) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(5, True), (6, False)])
def test_more_than_a_twentieth_must_be_countries_elsewhere(count, comes_in):
    assert (refused(among(["Turkije", "Polen", "Marokko"], count, 100, "Nederland")) is None) == comes_in


def dates(old, young, count=20):
    """Half in one year, half in another."""
    return [f"{old if at < count / 2 else young}-05-{at % 28 + 1:02d}" for at in range(count)]


@pytest.mark.parametrize(
    ("old", "young", "comes_in"), [(1965, 1985, False), (1966, 1985, True), (1965, 1984, True), (1930, 2010, False)]
)
def test_people_are_born_before_1966_and_after_1984(old, young, comes_in):
    assert (refused(dates(old, young)) is None) == comes_in


@pytest.mark.parametrize(("each", "comes_in"), [(2, True), (3, False)])
def test_a_tenth_must_be_old_and_a_tenth_young(each, comes_in):
    years = [1940] * each + [1975] * (20 - 2 * each) + [2000] * each
    assert (refused([f"{year}-05-{at + 1:02d}" for at, year in enumerate(years)]) is None) == comes_in


@pytest.mark.parametrize(
    ("count", "whole", "comes_in"), [(19, 19, True), (20, 20, False), (79, 100, True), (80, 100, False)]
)
def test_twenty_dates_that_are_four_fifths_of_the_cells_are_enough(count, whole, comes_in):
    assert (refused([*dates(1940, 2000, count), *["onbekend"] * (whole - count)]) is None) == comes_in


@pytest.mark.parametrize(("short", "year"), [("30", 2030), ("31", 1931)])
def test_a_year_of_two_digits_is_at_most_2030(short, year):
    assert years(pa.array([f"01-05-{short}"]), pa.array([2])).tolist() == [year, year]


@pytest.mark.parametrize(("collected", "after"), [(99_999, 100_000), (100_000, 100_000)])
def test_a_hundred_thousand_different_numbers_are_collected(collected, after):
    scan = ColumnScan(names_expected=False, dated=False, numbers={str(one) for one in range(collected)})
    scan.search(pa.array(["123456782"]))
    assert len(scan.numbers) == after


@pytest.mark.parametrize(
    ("passed", "tested", "sure"),
    [
        (3, 3, True), (3, 4, False), (4, 5, True), (3, 5, False),  # where most pass: less than 1 in 1,000 by chance
        (13, 30, True), (12, 30, False), (23, 80, True), (22, 80, False),  # else less than 1 in 1,000,000
        (500, 4000, True), (499, 4000, False),  # and at least one in eight
    ],
)  # fmt: skip
def test_so_many_that_pass_the_elfproef_are_no_chance(passed, tested, sure):
    """By the tails of the binomial with 1/11: 7.5e-4, 2.8e-3, 3.2e-4, 6.5e-3; 7.8e-7, 5.7e-6, 4.4e-7, 1.8e-6."""
    assert passing(numbers(passed, tested - passed)) == (passed if sure else None)


def test_the_chance_that_so_many_pass_is_that_of_a_binomial_distribution():
    from scipy.stats import binom  # noqa: PLC0415  # the second implementation

    for tested in (3, 12, 40, 5000):
        for passed in {1, 2, tested // 8 + 1, tested // 2, tested}:
            assert at_least(passed, tested) == pytest.approx(binom.sf(passed - 1, tested, 1 / 11), rel=1e-9)
    assert at_least(3, 3) == pytest.approx(11**-3)


def test_what_a_command_loads_takes_no_second_that_it_does_not_need():
    code = "import sys, services.cli.reports, services.persons.scan\n"
    code += "print([name for name in ('scipy.stats', 'requests_cache', 'services.jobs.tally') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


PEOPLE = ["Orhan Kaplan", "Tess Terlouw", "Ilham Boukhari", "Wietske Sijtsma"]
REMARKS = [
    "gesproken met dhr. Kaplan over lawaai",
    "sleutel ligt bij mevrouw Terlouw",
    "belde met P. Sijtsma over afval",
]
PLATES = ["12BDF3", "BD12FG", "GHJ12K", "1KLM23"]


@pytest.mark.parametrize(("count", "comes_in"), [(30, True), (31, False)])
def test_more_than_three_tenths_must_have_the_shape_of_a_name_below_a_role(count, comes_in):
    people = [f"{PEOPLE[at % 4]}{'abcdefgh'[at // 4]}" for at in range(32)]
    assert (refused(among(people, count, 100, "Woningcorporatie"), "eigenaar") is None) == comes_in
    assert refused(among(people, count, 100, "Woningcorporatie")) is None


@pytest.mark.parametrize(("different", "comes_in"), [(19, True), (20, False)])
def test_few_different_names_below_a_role_are_categories(different, comes_in):
    kinds = [f"Rood Blauw{'abcdefghijklmnopqrstuvwxyz'[at]}" for at in range(different)]
    assert (refused(among(kinds, 100, 100), "eigenaar") is None) == comes_in


@pytest.mark.parametrize("header", ["huurder", "eigenaar", "contact"])
@pytest.mark.parametrize("count", [1, 2, 10])
def test_one_common_name_below_a_role_is_a_person_however_often_it_is_there(header, count):
    names = [f"{given} Jansen" for given in ("Piet", "Fatma", "Kees", "Anja", "Joris")][:count]
    assert "names of persons: " in refused(names * 4, header)
    assert refused(["Woningcorporatie", "Gemeente"][:count] * 4, header) is None


@pytest.mark.parametrize(("header", "count", "comes_in"), [("huurder", 1, True), ("huurder", 2, False),
                                                          ("aannemer", 2, True), ("aannemer", 3, False)])  # fmt: skip
def test_two_names_of_whatever_words_are_people_below_a_role_and_three_below_what_may_be_firms(header, count, comes_in):
    assert (refused(["Orhan Kaplan", "Jurre Ouwehand", "Tess Terlouw"][:count], header) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(5, True), (6, False)])
def test_more_than_a_twentieth_of_remarks_must_name_someone(count, comes_in):
    assert (refused(among(REMARKS, count, 100, "geen bijzonderheden")) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(50, True), (51, False)])
def test_more_than_half_must_be_plates_without_dashes(count, comes_in):
    assert (refused(among(PLATES, count, 100)) is None) == comes_in


@pytest.mark.parametrize(("ways", "comes_in"), [(2, True), (3, False)])
def test_codes_of_six_signs_are_plates_in_three_ways(ways, comes_in):
    assert (refused(among(PLATES[:ways], 20, 20)) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(5, True), (6, False)])
def test_more_than_a_twentieth_must_be_plates_with_dashes(count, comes_in):
    assert (refused(among(["12-BDF-3", "BD-12-FG"], count, 100)) is None) == comes_in


@pytest.mark.parametrize(("count", "comes_in"), [(20, True), (21, False)])
def test_more_than_a_fifth_must_be_addresses_of_computers(count, comes_in):
    assert (refused(among(["192.168.10.4", "10.0.0.255"], count, 100)) is None) == comes_in
    assert refused(["192.168.10.256", "1.2.3.4.5", "3.41.2"] * 9) is None


@pytest.mark.parametrize(("cells", "comes_in"), [(["app", "balie", "onbekend"], True), (["onbekend"], False),
                                                 (["app", "elders"], False), ([None], False)])  # fmt: skip
def test_cells_can_show_that_a_column_is_not_what_its_name_says(cells, comes_in):
    assert (refused(pa.array(cells * 9, pa.string()), "herkomst") is None) == comes_in
    assert refused(["ja", "nee"], "gehandicapt")
