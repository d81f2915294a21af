"""Every theme, lens and source that is shipped reads, fits and can be read by a council member."""

from importlib import resources

import pytest

from boundaries.vintages import vintage, vintages
from layers.declarations.catalog import load
from layers.declarations.lenses import Lens
from layers.declarations.reading import read
from layers.declarations.sources import SourceDeclaration, columns_of
from layers.declarations.themes import Theme
from layers.publication.fields import layer_fields, zoekgebied_fields

KINDS = {"themes": Theme, "lenses": Lens, "sources": SourceDeclaration}
SHIPPED = load()
FILES = [
    pytest.param(file, kind, id=f"{folder}/{file.name}")
    for folder, kind in KINDS.items()
    for file in sorted(resources.files("layers").joinpath(folder).iterdir(), key=lambda one: one.name)
    if file.name.endswith(".toml")
]
THEMES, LENSES, SOURCES = (
    [pytest.param(one, id=name) for name, one in kind.items()]
    for kind in (SHIPPED.themes, SHIPPED.lenses, SHIPPED.sources)
)


def is_prose(text):
    """Dutch sentences, as far as a machine can tell: capital, spaces, full stop, none of the English ones."""
    english = {"the", "and", "where", "with", "which", "are"}
    words = text.lower().split()
    return text[0].isupper() and text.endswith(".") and len(words) > 4 and not english & set(words)


@pytest.mark.parametrize(("file", "kind"), FILES)
def test_every_shipped_declaration_reads(file, kind):
    assert read(file, kind).id == file.name.removesuffix(".toml")


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_asks_a_question_and_says_why_of_every_indicator(theme):
    assert theme.question.endswith("?")
    assert theme.question[0].isupper()
    for one in theme.indicator:
        assert is_prose(one.why), one.why
        assert one.title[0].isupper()
        assert not one.title.endswith(".")
        assert one.unit


@pytest.mark.parametrize("theme", THEMES)
def test_an_indicator_says_what_may_help_and_what_that_rests_on(theme):
    for one in theme.indicator:
        assert one.handvat
        assert one.handvat.text[0].isupper()
        assert one.handvat.text.endswith(".")
        assert len(one.handvat.reference) > 4


@pytest.mark.parametrize("theme", THEMES)
def test_an_indicator_is_told_in_a_phrase_unless_its_two_figures_say_it_all(theme):
    for one in theme.indicator:
        assert (one.phrase is None) == (one.since is not None)
        assert one.phrase is None or one.phrase.split()[0] in {
            "hebben",
            "is",
            "zijn",
            "waren",
            "wonen",
            "staan",
            "worden",
            "registreerde",
        }


COUNTED = {
    "misdrijven": "alle soorten", "transacties": "geen FIU-meldingen", "witwassen": "Heling, valsheid",
    "digitaal": "computervredebreuk", "zorgfraude": "zonder jaarverantwoording", "mensenhandel": "mensensmokkel",
}  # fmt: skip
"""What is counted in a theme that is called after more than that."""


@pytest.mark.parametrize(("theme", "said"), COUNTED.items())
def test_the_title_of_a_theme_says_what_was_counted(theme, said):
    assert said in SHIPPED.themes[theme].title


def test_no_theme_of_drugs_counts_driving_under_influence_or_all_crimes():
    allowed = {"3.1.1", "2.1.1", "2.6.2"}
    for name in ("drugs", "drugs_gemeente", "drugs_eigen"):
        for source in SHIPPED.sources_of(SHIPPED.themes[name]):
            columns = source.statline.column.values() if source.statline else ()
            codes = {one.select["SoortMisdrijf"] for one in columns if "SoortMisdrijf" in one.select}
            assert codes <= allowed
            assert "amsterdam_buurt_2025_groepen" not in str(source.table)


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_protects_what_is_small(theme):
    assert theme.privacy.min_count >= 5
    assert theme.privacy.min_exposure >= 50
    assert 0 < theme.search.max_q <= 0.05


@pytest.mark.parametrize("theme", THEMES)
def test_the_columns_of_a_theme_have_different_names(theme):
    for fields in (layer_fields(theme.indicator), zoekgebied_fields(theme.indicator)):
        names = [field.name for field in fields]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("theme", THEMES)
def test_the_sources_of_a_theme_share_a_period_and_no_column(theme):
    sources = SHIPPED.sources_of(theme)
    assert set.intersection(*(set(one.periods) for one in sources))
    columns = [column for one in sources for column in one.columns]
    assert len(columns) == len(set(columns))


@pytest.mark.parametrize("lens", LENSES)
def test_a_lens_leaves_a_weight_and_says_why_it_changes_one(lens):
    theme = SHIPPED.themes[lens.theme]
    assert any(lens.weights(theme).values())
    assert lens.weights(theme) != theme.weights
    assert all(is_prose(change.why) for change in lens.change)


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_can_be_named_found_and_read_for_every_period(source):
    assert source.url.startswith("https://")
    assert source.attribution
    partner = source.records is not None or (source.table and source.table.path.startswith(("partners/", "eigen/")))
    assert source.status == ("vertrouwelijk" if partner else "open")
    assert source.vintage in vintages() or vintage(source.vintage).shipped
    for period in source.periods:
        assert all(columns_of(column.formula, period) for column in source.columns.values())


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_says_why_an_empty_cell_is_zero(source):
    for column in source.columns.values():
        assert (column.empty == "zero") == bool(column.why)
        assert not column.why or is_prose(column.why)
