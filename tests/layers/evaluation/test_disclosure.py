"""Attacks on published counts: each succeeds where small counts are merely left out, and fails where counts are
perturbed by cell key. What the audit says is what the attack finds.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.codes import parents
from geo.areas import AreaLevel
from geo.disclosure.cell_keys import record_keys
from geo.disclosure.intervals import Bounds, in_hierarchy
from geo.disclosure.perturbation import Noise, perturbed
from geo.errors import MeasureError
from geo.measures import Measure
from geo.rates import empirical_bayes, gamma_shape
from layers.evaluation.audit import Exposed
from layers.evaluation.disclosure import audited
from layers.publication.perturbed import perturbed_counts

NOISE, LEAST = Noise(5, 3.0, 3), 5.0
LEVELS = (AreaLevel.BUURT, AreaLevel.WIJK, AreaLevel.GEMEENTE)


@pytest.fixture(scope="module")
def counts(testland):
    """The crimes of Testland per buurt."""
    return testland.crimes.set_index("buurtcode")["misdrijven_2024"].astype(float).sort_index()


def at(counts, level):
    return counts if level is AreaLevel.BUURT else counts.groupby(parents(counts.index, level)).sum()


def keys_at(counts, level, secret=b"secret"):
    """The keys of the areas of a level: the sums of those of their records."""
    codes = counts.index if level is AreaLevel.BUURT else parents(counts.index, level)
    records = [f"{buurt}/{nth}" for buurt, count in counts.items() for nth in range(int(count))]
    area = np.repeat(np.asarray(codes), counts.astype(int))
    keys = pd.Series(record_keys(records, secret)).groupby(area).sum()
    return keys.reindex(at(counts, level).index, fill_value=np.uint64(0)).to_numpy(dtype=np.uint64)


def safe(counts, level, noise=NOISE, secret=b"secret"):
    true = at(counts, level)
    return pd.Series(perturbed(true.to_numpy(), keys_at(counts, level, secret), noise), true.index)


def leaving(counts, noise=NOISE, secret=b"secret", levels=LEVELS):
    rows = [perturbed_counts("m", one, 2024, safe(counts, one, noise, secret), noise, LEAST) for one in levels]
    return pd.concat(rows, ignore_index=True).assign(fingerprint=secret.decode())


def exposed_of(told, noise):
    """What the audit exposes of the counts that are published of each level."""
    rows = [perturbed_counts("m", level, 2024, pd.Series(of), noise, LEAST) for level, of in told]
    return audited(pd.concat(rows, ignore_index=True)).exposed


def hierarchy(counts):
    """All codes of the levels, and where the parent of each stands."""
    codes = [at(counts, level).index for level in LEVELS]
    places = pd.Index(np.concatenate(codes))
    up = [places.get_indexer(parents(below, level)) for below, level in zip(codes, LEVELS[1:], strict=False)]
    return places, np.concatenate([*up, np.full(len(codes[-1]), -1)])


def test_subtracting_buurten_from_their_wijk_gives_withheld_counts_away_and_perturbed_ones_not(counts):
    places, parent = hierarchy(counts)
    true = pd.concat([at(counts, level) for level in LEVELS]).loc[places].to_numpy()
    withheld = true < LEAST
    naive = Bounds(np.where(withheld, 0, true), np.where(withheld, LEAST - 1, true))
    found = in_hierarchy(naive, parent)
    assert (found.width[withheld] == 0).sum() > 5  # exactly, by what was published around them
    audit = audited(leaving(counts))
    assert audit.passed
    assert audit.cells == len(places)
    assert audit.small > 20
    assert audit.fewest >= 3
    assert 0.5 < audit.noise < 1  # two ways to know a count: by itself, and as what is left of its wijk


def test_a_shrunk_rate_gives_its_count_away_which_is_a_perturbed_one(counts):
    """Who knows the inhabitants and the national rate solves each rate for its count, which is whole."""
    people = pd.Series(1000.0, counts.index)
    none = pd.Series(None, counts.index, dtype=object)
    for events, secret in ((counts, counts), (safe(counts, AreaLevel.BUURT), None)):
        measure = Measure.of("m", events, people, none)
        rates, national = empirical_bayes(measure).round(6), measure.national
        shape = gamma_shape(events.to_numpy(), (people * national).to_numpy())
        solved = (rates * (people + shape / national) - shape).round()
        pd.testing.assert_series_equal(solved, events, check_names=False)
        if secret is None:
            assert (solved != counts).mean() > 0.5
            lowest, highest = NOISE.possible(solved.to_numpy())
            assert ((lowest <= counts) & (counts <= highest)).all()
            assert (highest - lowest)[solved.to_numpy() < LEAST].min() >= 5


def test_asking_again_in_another_release_does_not_average_the_noise_away(counts):
    """Noise that is drawn anew for each release does: a few dozen releases give every count."""
    random = np.random.default_rng(1)
    anew = [perturbed(counts.to_numpy(), random.integers(0, 2**64, len(counts), np.uint64), NOISE) for _ in range(60)]
    assert (np.mean(anew, axis=0).round() == counts).mean() > 0.9
    ours = [safe(counts, AreaLevel.BUURT) for _ in range(3)]
    assert all(one.equals(ours[0]) for one in ours)
    assert (ours[0] == counts).mean() < 0.5
    first = leaving(counts)
    again = audited(pd.concat([first, first], ignore_index=True))
    assert again == audited(first)


def test_another_secret_is_a_second_opinion_which_the_audit_counts_in(counts):
    releases = [leaving(counts, secret=f"secret {nth}".encode()) for nth in range(25)]
    audit = audited(pd.concat(releases, ignore_index=True))
    assert not audit.passed
    assert audit.noise < 1 / 25
    assert {one.relation for one in audit.exposed} >= {"releases"}
    truth = pd.concat([at(counts, level) for level in LEVELS])
    assert all(one.lowest <= truth[one.area] <= one.highest for one in audit.exposed)


def test_records_that_came_later_are_no_second_opinion(counts):
    more = counts + 30
    both = pd.concat([leaving(counts), leaving(more)], ignore_index=True)
    assert audited(both) == audited(leaving(more))


def test_an_earlier_release_of_fewer_records_is_no_contradiction(counts):
    """Its wijken, which were not published again, are of other records than the buurten of now."""
    before = leaving(counts).assign(release="before")
    now = leaving(counts + 30, levels=LEVELS[:1]).assign(release="now")
    audit = audited(pd.concat([before, now], ignore_index=True))
    assert audit.passed
    assert audit.small == 0
    assert audit.cells >= audited(now).cells


def test_a_wijk_and_its_only_buurt_that_differ_betray_each_other():
    """Of the same records they would not, so these are counts of other noise."""
    noise = Noise(1, 0.7, 1)
    buurt = perturbed_counts("m", AreaLevel.BUURT, 2024, pd.Series([3.0], ["BU00010001"]), noise, LEAST)
    assert audited(buurt).passed  # three counts stay possible, which is the least
    assert audited(buurt).fewest == 3
    wijk = perturbed_counts("m", AreaLevel.WIJK, 2024, pd.Series([5.0], ["WK000100"]), noise, LEAST)
    assert audited(pd.concat([buurt, wijk], ignore_index=True)).exposed == (
        Exposed("m", "buurt", "BU00010001", 4, 4, "WK000100"),
        Exposed("m", "wijk", "WK000100", 4, 4, "parts"),
    )


def test_a_seventh_secret_leaves_too_little_of_the_noise():
    """Who has as many second opinions takes their mean: of six it is a half of 3, with what wijken tell less."""
    buurten = {"BU00010001": 4.0, "BU00010002": 3.0}
    rows = [perturbed_counts("m", AreaLevel.BUURT, 2024, pd.Series(buurten), NOISE, LEAST).assign(fingerprint=secret)
            for secret in "abcdefg"]  # fmt: skip
    assert audited(pd.concat(rows[:5], ignore_index=True)).passed
    found = audited(pd.concat(rows, ignore_index=True))
    assert {(one.area, one.relation) for one in found.exposed} == {(one, "averaged") for one in buurten}


def test_the_audit_names_the_wijk_that_betrays_a_buurt():
    noise = Noise(2, 1.0, 1)
    given = (
        (AreaLevel.BUURT, {"BU00010001": 6.0, "BU00010002": 2.0}), (AreaLevel.WIJK, {"WK000100": 14.0}),
    )  # fmt: skip
    (exposed,) = exposed_of(given, noise)
    assert exposed == Exposed("m", "buurt", "BU00010002", 4, 4, "WK000100")


def test_a_gemeente_that_buurten_two_levels_down_betray_is_betrayed_by_its_parts():
    noise = Noise(1, 0.5, 1)
    given = (
        (AreaLevel.BUURT, {"BU00010001": 2.0, "BU00010002": 0.0}), (AreaLevel.WIJK, {"WK000100": 5.0}),
        (AreaLevel.GEMEENTE, {"GM0001": 5.0}),
    )  # fmt: skip
    exposed = {one.area: one for one in exposed_of(given, noise)}
    assert exposed["GM0001"] == Exposed("m", "gemeente", "GM0001", 4, 4, "parts")
    assert exposed["BU00010001"].relation == "WK000100"


def test_a_gemeente_betrays_a_buurt_of_which_the_wijk_is_not_published():
    noise = Noise(2, 1.0, 1)
    given = (
        (AreaLevel.BUURT, {"BU00010001": 6.0, "BU00010002": 2.0}), (AreaLevel.WIJK, {"WK000101": 20.0}),
        (AreaLevel.GEMEENTE, {"GM0001": 36.0}),
    )  # fmt: skip
    (exposed,) = exposed_of(given, noise)
    assert exposed == Exposed("m", "buurt", "BU00010002", 4, 4, "GM0001")


def test_counts_that_this_noise_cannot_have_given_are_refused():
    rows = [
        perturbed_counts("m", AreaLevel.BUURT, 2024, pd.Series([6.0], ["BU00010001"]), Noise(2, 1.0, 1), LEAST),
        perturbed_counts("m", AreaLevel.WIJK, 2024, pd.Series([60.0], ["WK000100"]), Noise(2, 1.0, 1), LEAST),
    ]
    with pytest.raises(MeasureError, match="contradict"):
        audited(pd.concat(rows, ignore_index=True))


@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.binary(min_size=1, max_size=4))
def test_the_truth_always_lies_between_the_bounds(numbers, secret):
    codes = [f"BU0001{at // 4:02d}{at % 4:02d}" for at in range(len(numbers))]
    true = pd.Series(numbers, codes, dtype=float)
    made = leaving(true, secret=secret.hex().encode())
    bounds = audited(made.assign(least=99.0))
    assert bounds.small == bounds.cells
    for one in bounds.exposed:
        level = next(level for level in LEVELS if str(level) == one.level)
        assert one.lowest <= at(true, level)[one.area] <= one.highest
    assert replace(bounds, exposed=()).passed
