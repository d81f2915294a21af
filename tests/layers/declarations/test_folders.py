"""A municipality's own declarations stand beside those of zicht, and are checked with them as one catalog."""

import re

import pytest

from geo.errors import DeclarationError
from layers.declarations.catalog import SHIPPED, catalog_of, load
from tests.layers.declared import LENS, SOURCE, THEME

OWN_LENS = (
    LENS.replace('"proef"', '"misdrijven"').replace('"afstand"', '"afgelegen"').replace('"huur"', '"huurwoningen"')
)
OWN_THEME = (
    THEME.replace('"tellingen"', '"kerncijfers"')
    .replace('value = "misdrijven"', 'value = "inwoners"')
    .replace('value = "huurders"', 'value = "huurhuishoudens"')
    .replace('value = "afstand"', 'value = "adressendichtheid"')
)
# The declarations of the tests with columns that are called otherwise than those that are shipped.
SOURCE_OF_ITS_OWN = SOURCE.replace("[columns.", "[columns.t_")
THEME_OF_ITS_OWN = re.sub(r'^(value|per|mean_weight) = "', r'\1 = "t_', THEME, flags=re.MULTILINE)


def folder(root, **files):
    """A folder with only these files: `themes_x="..."` is `themes/x.toml`."""
    for name, text in files.items():
        kind, _, id_ = name.partition("_")
        (root / kind).mkdir(parents=True, exist_ok=True)
        (root / kind / f"{id_}.toml").write_text(text, encoding="utf-8")
    return root


def faults(*folders):
    with pytest.raises(DeclarationError) as raised:
        load(*folders)
    return [str(fault) for fault in raised.value.faults]


def test_without_own_folders_there_is_what_is_shipped():
    assert load() == catalog_of(SHIPPED)
    assert "misdrijven" in load().themes


def test_an_own_lens_is_about_a_shipped_theme_and_an_own_theme_reads_a_shipped_source(tmp_path):
    known = load(folder(tmp_path, lenses_nabij=OWN_LENS, themes_proef=OWN_THEME))
    crimes, proef = known.theme("misdrijven"), known.theme("proef")
    assert known.lens("nabij", crimes).weights(crimes)["afgelegen"] == 3
    assert [source.id for source in known.sources_of(proef)] == ["kerncijfers"]
    assert set(known.digests_of(proef, None)) == {"themes/proef", "sources/kerncijfers"}
    assert known.digests == load().digests | {name: known.digests[name] for name in ("themes/proef", "lenses/nabij")}


def test_folders_are_one_catalog_in_whatever_order(tmp_path):
    theme, source = (
        folder(tmp_path / "a", themes_proef=THEME_OF_ITS_OWN),
        folder(tmp_path / "b", sources_tellingen=SOURCE_OF_ITS_OWN),
    )
    assert faults(theme)
    for order in ((theme, source), (source, theme)):
        assert "proef" in load(*order).themes


def test_the_faults_of_all_folders_are_named_at_once_each_with_its_folder(tmp_path):
    one = folder(tmp_path / "a", lenses_nabij=OWN_LENS.replace("weight = 3", "weight = -3"))
    two = folder(tmp_path / "b", themes_proef=OWN_THEME.replace('"kerncijfers"', '"politie"', 1))
    said, known = faults(one, tmp_path / "nergens", two), ", ".join(load().sources)
    assert said == [
        f"{tmp_path}/nergens: no such folder; it must hold themes/, lenses/, sources/ or corrections/",
        f"{one}/lenses/nabij.toml: change.1.weight: should be greater than or equal to 0, found -3",
        f"{two}/themes/proef.toml: indicator 'misdrijven': source: unknown source 'politie'; known: {known}",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("themes", "misdrijven", OWN_THEME.replace('"proef"', '"misdrijven"')),
        ("lenses", "buitengebied", OWN_LENS.replace('"nabij"', '"buitengebied"')),
        ("sources", "misdrijven", SOURCE_OF_ITS_OWN.replace('"tellingen"', '"misdrijven"')),
    ],
)
def test_a_name_in_two_folders_is_a_fault_that_says_both_and_the_way_out(tmp_path, kind, name, text):
    own = folder(tmp_path, **{f"{kind}_{name}": text})
    (fault,) = faults(own)
    assert fault.startswith(
        f"{own}/{kind}/{name}.toml: id: {SHIPPED}/{kind}/{name}.toml has the same, and is not replaced"
    )
    assert fault.endswith("choose another id and file name")


def test_both_files_of_one_name_are_read_for_faults(tmp_path):
    one = folder(tmp_path / "a", lenses_nabij=OWN_LENS)
    two = folder(tmp_path / "b", lenses_nabij=OWN_LENS.replace("weight = 3", ""))
    said = faults(one, two)
    assert len(said) == 2
    assert said[0].startswith(f"{two}/lenses/nabij.toml: id: {one}/lenses/nabij.toml has the same")
    assert said[1] == f"{two}/lenses/nabij.toml: change.1.weight: field required"


def test_an_own_source_may_have_a_column_of_the_name_of_a_shipped_one(tmp_path):
    known = load(folder(tmp_path, sources_tellingen=SOURCE))
    assert "inwoners" in known.sources["tellingen"].columns
    assert known.theme("misdrijven").indicator[0].columns == ("misdrijven.misdrijven", "kerncijfers.inwoners")


def test_a_folder_that_is_named_twice_is_read_once(tmp_path, monkeypatch):
    own = folder(tmp_path / "eigen", lenses_nabij=OWN_LENS)
    monkeypatch.chdir(tmp_path)
    assert load(own, own.relative_to(tmp_path), own / ".." / "eigen") == load(own)
    assert load(SHIPPED) == load()


@pytest.mark.parametrize("inside", ["", "theme", "themes"])
def test_a_folder_that_declares_nothing_is_a_fault(tmp_path, inside):
    (tmp_path / inside).mkdir(exist_ok=True)
    assert faults(tmp_path) == [
        f"{tmp_path}: declares nothing; it must hold themes/, lenses/, sources/ or corrections/ with a file in TOML"
    ]


def test_what_a_system_leaves_behind_beside_a_file_is_let_be(tmp_path):
    own = folder(tmp_path, lenses_nabij=OWN_LENS)
    (own / "lenses" / "._nabij.toml").write_bytes(b"\x00\xff")
    assert "nabij" in load(own).lenses


def test_of_two_files_of_one_name_a_fault_of_the_second_is_not_said_of_the_first(tmp_path):
    broken = folder(tmp_path / "a", lenses_nabij=OWN_LENS.replace("weight = 3", "weight = -3"))
    other = folder(tmp_path / "b", lenses_nabij=OWN_LENS.replace('"misdrijven"', '"drugz"'))
    said = faults(broken, other)
    assert [fault for fault in said if fault.startswith(f"{broken}/")] == [
        f"{broken}/lenses/nabij.toml: change.1.weight: should be greater than or equal to 0, found -3"
    ]
