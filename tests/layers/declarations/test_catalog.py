"""Declarations fit one another, or every misfit is named."""

import pytest

from geo.errors import DeclarationError, UnknownNameError
from layers.declarations.catalog import catalog_of
from layers.declarations.lenses import BASIS
from tests.layers.declared import LENS, SOURCE, THEME, catalog, written


def faults(tmp_path, **files):
    with pytest.raises(DeclarationError) as raised:
        catalog(tmp_path, **files)
    assert all(str(fault).startswith(f"{tmp_path}/") for fault in raised.value.faults)
    return [str(fault).removeprefix(f"{tmp_path}/") for fault in raised.value.faults]


def test_good_declarations_are_found_by_name_with_their_digests(tmp_path):
    known = catalog(tmp_path)
    theme = known.theme("proef")
    lens = known.lens("nabij", theme)
    assert [one.id for one in known.sources_of(theme)] == ["tellingen"]
    assert set(known.digests_of(theme, lens)) == {"themes/proef", "sources/tellingen", "lenses/nabij"}
    assert set(known.digests_of(theme, None)) == {"themes/proef", "sources/tellingen"}
    assert known.lens(BASIS, theme) is None


def test_the_faults_of_all_files_are_named_at_once(tmp_path):
    found = faults(
        tmp_path, themes_proef="id = ", lenses_nabij=LENS.replace("weight = 3", "weight = -3"),
        sources_tellingen=SOURCE.replace("vintage = 2024", ""),
    )  # fmt: skip
    places = [one.split(": ")[0] for one in found]
    assert {"themes/proef.toml", "lenses/nabij.toml", "sources/tellingen.toml"} <= set(places)


@pytest.mark.parametrize("name", ["toename", "", "Proef", "../proef"])
def test_an_unknown_theme_lists_those_there_are(tmp_path, name):
    with pytest.raises(UnknownNameError, match=f"unknown theme '{name}'; known: proef"):
        catalog(tmp_path).theme(name)


def test_an_unknown_lens_lists_those_of_its_theme(tmp_path):
    known = catalog(tmp_path)
    with pytest.raises(UnknownNameError, match=r"unknown lens for theme 'proef' 'ver'; known: basis, nabij"):
        known.lens("ver", known.theme("proef"))


def test_a_lens_of_another_theme_is_unknown(tmp_path):
    known = catalog(tmp_path, themes_tweede=THEME.replace('"proef"', '"tweede"'))
    with pytest.raises(UnknownNameError, match=r"known: basis$"):
        known.lens("nabij", known.theme("tweede"))


MISFITS = [
    ("lenses_nabij", 'theme = "proef"', 'theme = "drugs"', "theme: unknown theme 'drugs'; known: proef"),
    (
        "lenses_nabij",
        '"huur"',
        '"huren"',
        "change 2: indicator: theme 'proef' has no indicator 'huren'; it has misdrijven",
    ),
    ("themes_proef", '"getis_ord"', '"moran"', "search.statistic: unknown statistic 'moran'; known: getis_ord"),
    (
        "themes_proef",
        "max_q = 0.05",
        'max_q = 0.05\nsecond = "getis_ord_rings"',
        "search.second: 'getis_ord_rings' is no other search that tests every area; take one of getis_ord_i",
    ),
    (
        "themes_proef",
        "max_q = 0.05",
        'max_q = 0.05\nsecond = "getis_ord"',
        "search.second: 'getis_ord' is no other search",
    ),
    ("themes_proef", "max_q = 0.05", 'max_q = 0.05\nsecond = "place_scan"', "search.second: 'place_scan' is no other"),
    ("themes_proef", '"tellingen"', '"politie"', "'misdrijven': source: unknown source 'politie'; known: tellingen"),
    (
        "themes_proef",
        'value = "misdrijven"',
        'value = "diefstal"',
        "'tellingen' has no column 'diefstal'; it has inwoners",
    ),
    ("themes_proef", 'per = "inwoners"', 'per = "adressen"', "per: no source has a column 'adressen'; known: afstand"),
    ("themes_proef", 'per = "inwoners"', 'per = "x_y.inwoners"', "per: unknown source 'x_y'; known: tellingen"),
    (
        "themes_proef",
        'per = "inwoners"',
        'per = "tellingen.bomen"',
        "per: source 'tellingen' has no column 'bomen'; it has inwoners",
    ),
    ("themes_proef", 'weight = "huishoudens"', 'weight = "huizen"', "mean_weight: no source has a column 'huizen'"),
]


@pytest.mark.parametrize(("file", "before", "after", "said"), MISFITS)
def test_a_name_that_is_not_there_is_named_with_those_that_are(tmp_path, file, before, after, said):
    text = {"lenses_nabij": LENS, "themes_proef": THEME}[file]
    assert said in "\n".join(faults(tmp_path, **{file: text.replace(before, after, 1)}))


@pytest.mark.parametrize("more", ["[privacy]\nmin_count = 1", "[search]\nmax_q = 1.0", '[[indicator]]\nid = "nog_een"'])
def test_a_lens_that_reaches_further_than_weights_is_refused_with_what_a_lens_is(tmp_path, more):
    text = LENS.replace("weight = 3", 'weight = 3\nsource = "kadaster"') + f"\n{more}\n"
    said = faults(tmp_path, lenses_nabij=text)
    assert len(said) == 2
    assert all("it adds no figures, and changes no search or protection" in one for one in said)


def test_a_lens_leaves_something_that_weighs(tmp_path):
    text = LENS.replace("weight = 3", "weight = 0").replace('theme = "proef"', 'theme = "proef"\nothers = "drop"')
    assert "every indicator has weight 0 under this lens" in faults(tmp_path, lenses_nabij=text)[0]


def test_a_lens_keeps_or_drops_what_it_does_not_name(tmp_path):
    dropping = LENS.replace('"nabij"', '"alleen"').replace('theme = "proef"', 'theme = "proef"\nothers = "drop"')
    known = catalog(tmp_path, lenses_alleen=dropping)
    theme = known.theme("proef")
    assert known.lenses["nabij"].weights(theme) == {"misdrijven": 2, "huur": 0, "afstand": 3}
    assert known.lenses["alleen"].weights(theme) == {"misdrijven": 0, "huur": 0, "afstand": 3}


def test_other_files_and_missing_folders_are_let_be(tmp_path):
    root = written(tmp_path)
    (root / "themes" / "README.md").write_text("geen declaratie")
    (root / "lenses" / "nabij.toml").unlink()
    (root / "lenses").rmdir()
    assert list(catalog_of(root).lenses) == []


def test_an_exposure_from_another_source_brings_that_source_along(tmp_path):
    homes = SOURCE.replace('"tellingen"', '"woningen"').replace("columns.", "columns.w_")
    theme = THEME.replace('per = "huishoudens"', 'per = "w_huishoudens"')
    known = catalog(tmp_path, sources_woningen=homes, themes_proef=theme)
    assert [one.id for one in known.sources_of(known.theme("proef"))] == ["tellingen", "woningen"]


TWIN = SOURCE.replace('"tellingen"', '"andere"')
THIRD = SOURCE.replace('"tellingen"', '"derde"').replace("columns.", "columns.d_")


def test_a_column_of_the_own_source_goes_before_one_of_the_same_name_elsewhere(tmp_path):
    known = catalog(tmp_path, sources_andere=TWIN)
    assert [one.columns for one in known.theme("proef").indicator] == [
        ("tellingen.misdrijven", "tellingen.inwoners"),
        ("tellingen.huurders", "tellingen.huishoudens"),
        ("tellingen.afstand", "tellingen.huishoudens"),
    ]
    assert [one.id for one in known.sources_of(known.theme("proef"))] == ["tellingen"]


def test_a_column_of_another_source_is_written_behind_the_name_of_that_source(tmp_path):
    theme = THEME.replace('per = "inwoners"', 'per = "andere.inwoners"')
    known = catalog(tmp_path, sources_andere=TWIN, themes_proef=theme)
    assert known.theme("proef").indicator[0].columns == ("tellingen.misdrijven", "andere.inwoners")
    assert [one.id for one in known.sources_of(known.theme("proef"))] == ["andere", "tellingen"]


def test_a_plain_name_that_two_other_sources_have_is_refused_with_both(tmp_path):
    theme = THEME.replace('source = "tellingen"', 'source = "derde"', 1).replace('value = "mis', 'value = "d_mis', 1)
    (fault,) = faults(tmp_path, sources_andere=TWIN, sources_derde=THIRD, themes_proef=theme)
    assert fault == (
        "themes/proef.toml: indicator 'misdrijven': per: 2 sources have a column 'inwoners'; write which one: "
        "andere.inwoners, tellingen.inwoners"
    )
    written_out = theme.replace('per = "inwoners"', 'per = "tellingen.inwoners"')
    assert catalog(tmp_path, sources_andere=TWIN, sources_derde=THIRD, themes_proef=written_out)


MONTHLY = SOURCE.replace("[2023, 2024]", '["2023-01/2024-12"]').replace("formula =", 'kind = "count"\nformula =')


def test_months_of_counts_feed_a_year_and_those_of_a_stock_do_not(tmp_path):
    known = catalog(tmp_path, sources_tellingen=MONTHLY)
    assert known.sources["tellingen"].years == (2023, 2024)
    stock = MONTHLY.replace('kind = "count"\nformula = "inwoners"', 'kind = "stock"\nformula = "inwoners"')
    (fault,) = faults(tmp_path, sources_tellingen=stock)
    assert fault == (
        "themes/proef.toml: indicator 'misdrijven': per: column 'inwoners' of source 'tellingen' has kind = 'stock' "
        "per month, which does not add up to a year; take a count, or a source per year"
    )


def test_what_names_a_file_with_faults_is_not_said_to_name_nothing(tmp_path):
    (fault,) = faults(tmp_path, sources_tellingen=SOURCE.replace("vintage = 2024", ""))
    assert fault == "sources/tellingen.toml: vintage: field required"
    (fault,) = faults(tmp_path, sources_tellingen=SOURCE, themes_proef=THEME.replace("max_q = 0.05", "max_q = 5"))
    assert fault == "themes/proef.toml: search.max_q: should be less than 1, found 5"


def test_what_is_wrong_elsewhere_is_said_beside_a_file_with_faults(tmp_path):
    wrong = THEME.replace('source = "tellingen"', 'source = "politie"', 1).replace('"getis_ord"', '"moran"')
    said = faults(tmp_path, sources_tellingen=SOURCE.replace("vintage = 2024", ""), themes_proef=wrong)
    assert [one.split(": ")[1] for one in said] == ["vintage", "indicator 'misdrijven'", "search.statistic"]


GROWTH = """
[[indicator]]
id = "verandering"
title = "Verandering"
why = "Omdat."
source = "tellingen"
value = "misdrijven"
since = "geheim.misdrijven"
"""


def test_growth_since_confidential_figures_is_a_fault_that_says_what_to_do(tmp_path):
    secret = SOURCE.replace('id = "tellingen"', 'id = "geheim"').replace('status = "open"\n', "")
    with pytest.raises(DeclarationError, match=r"since: geheim is confidential, .*say per = 'geheim.misdrijven' if"):
        catalog(tmp_path, themes_proef=THEME + GROWTH, sources_geheim=secret)
    open_to_all = SOURCE.replace('id = "tellingen"', 'id = "geheim"')
    assert catalog(tmp_path, themes_proef=THEME + GROWTH, sources_geheim=open_to_all).themes["proef"]


def test_figures_are_confidential_unless_their_source_says_that_they_are_open(tmp_path):
    assert catalog(tmp_path).sources["tellingen"].status == "open"
    unsaid = catalog(tmp_path, sources_tellingen=SOURCE.replace('status = "open"', "")).sources["tellingen"]
    assert unsaid.status == "vertrouwelijk"
    assert unsaid.confidential


def test_a_status_or_audience_that_is_none_is_refused(tmp_path):
    changed = {
        "sources_tellingen": SOURCE.replace('"open"', '"geheim"'),
        "themes_proef": THEME.replace("level =", 'audience = "iedereen"\nlevel ='),
    }
    assert faults(tmp_path, **changed) == [
        "themes/proef.toml: audience: should be 'intern', 'publiek', found 'iedereen'",
        "sources/tellingen.toml: status: should be 'open', 'vertrouwelijk', found 'geheim'",
    ]
