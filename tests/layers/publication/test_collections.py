"""Layers become collections of which theme and level make the name, and lens and period are columns."""

from dataclasses import replace

import geopandas
import pytest

from boundaries.rd import RD_NEW
from geo.areas import AreaLevel
from layers.messages import speaking
from layers.publication.collection import Collection, names, typed
from layers.publication.collections import collections
from layers.publication.explanations import caveat
from layers.publication.fields import AREA_FIELDS, Field
from tests.layers.declared import board, built, catalog, confidential, counts, layer, provenance

COUNTS = counts(board()[2])
DTYPES = {"string": "object", "integer": "int64", "number": "float64", "boolean": "bool"}


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    return catalog(tmp_path_factory.mktemp("declared"))


@pytest.fixture(scope="module")
def layers(declared):
    return [layer(declared, built(declared, COUNTS)), layer(declared, built(declared, COUNTS, "nabij"), "nabij")]


@pytest.fixture(scope="module")
def published(layers):
    return {one.id: one for one in collections(layers)}


def test_theme_and_level_name_the_collections(published):
    assert list(published) == ["zoekgebieden_proef", "indicatoren_proef_buurt", "gebieden_buurt"]


def test_lenses_are_rows_not_collections(published):
    assert set(published["indicatoren_proef_buurt"].table["lens"]) == {"basis", "nabij"}
    assert len(published["indicatoren_proef_buurt"].table) == 2 * 144
    assert len(published["gebieden_buurt"].table) == 144


def test_a_lens_is_called_by_its_title_and_says_why_it_changes_what_it_changes(published):
    for name in ("zoekgebieden_proef", "indicatoren_proef_buurt"):
        lens = next(one for one in published[name].fields if one.name == "lens")
        assert lens.codes == {"basis": "zonder lens", "nabij": "Nabij"}
        assert lens.description.splitlines()[1:] == [
            "Nabij: Afstand tot het centrum krijgt gewicht 3. Dichtbij telt. Huurders krijgt gewicht 0. Huur telt niet."
        ]


def test_columns_are_exactly_the_fields_with_their_types(published):
    for one in published.values():
        assert list(one.table.columns) == [*names(one.fields), "geometry"]
        assert {field.name: str(one.table[field.name].dtype) for field in one.fields} == {
            field.name: DTYPES[field.type] for field in one.fields
        }


def test_ids_are_unique_and_every_row_has_a_polygon_in_rd_new(published):
    for one in published.values():
        assert one.table["id"].is_unique
        assert one.table.geometry.notna().all()
        assert one.table.crs.to_epsg() == RD_NEW


def test_a_row_that_is_published_is_the_row_that_was_built(published, layers):
    for each in layers:
        rows = published["indicatoren_proef_buurt"].table.query("lens == @each.key.lens").reset_index(drop=True)
        assert rows["score"].equals(each.table["score"].astype(float))
        assert rows["gebiedscode"].tolist() == each.table["gebiedscode"].tolist()


def test_what_was_made_up_says_so_everywhere(published):
    for one in published.values():
        assert one.title.endswith("(Testland)")
        assert one.description.startswith("Testland: gebieden en cijfers zijn verzonnen.")
        assert one.table["fictief"].all()


def test_the_language_is_that_of_the_publication(layers):
    """Not that of the moment at which the fields were declared."""
    with speaking("en"):
        english = {one.id: one for one in collections(layers)}
    dutch = {one.id: one for one in collections(layers)}
    name = "indicatoren_proef_buurt"
    assert dutch[name].title == "Zicht op proef: indicatoren per buurt (Testland)"
    assert english[name].title == "Zicht op proef: indicators per buurt (Testland)"
    fields = [{field.name: field for field in one[name].fields} for one in (dutch, english)]
    assert [one["huur_afwijking"].title for one in fields] == [
        "Huurders: afwijking van het landelijk gemiddelde", "Huurders: deviation from the national mean",
    ]  # fmt: skip
    assert [one["score"].unit for one in fields] == ["standaardafwijking", "standard deviation"]
    assert english[name].caveat.startswith("This map shows where a pattern")
    texts = [text for one in dutch.values() for field in one.fields for text in (field.title, field.description)]
    assert all(isinstance(text, str) for text in texts)


def test_what_is_real_does_not_say_that_it_was_made_up(layers):
    real = [replace(one, provenance=provenance(made_up=False)) for one in layers]
    assert not any("Testland" in one.title + one.description for one in collections(real))


def test_attribution_license_and_caveat_travel_along_once(published):
    for one in published.values():
        assert (one.attribution, one.license, one.caveat) == ("Testbureau", "CC0", caveat())


def test_only_what_has_a_period_has_a_time(published):
    times = {name: one.time_field for name, one in published.items()}
    assert times == {"zoekgebieden_proef": "periode", "indicatoren_proef_buurt": "periode", "gebieden_buurt": None}


def test_without_any_zoekgebied_the_collection_is_there_and_empty(declared):
    even = built(declared, COUNTS.assign(misdrijven=(COUNTS["inwoners"] * 0.03).round()))
    first = collections([layer(declared, even)])[0]
    assert len(first.table) == 0
    assert {str(first.table[field.name].dtype) for field in first.fields} <= set(DTYPES.values())
    assert first.table.crs.to_epsg() == RD_NEW


def test_areas_of_several_layers_are_published_once(layers):
    areas = {one.id: one for one in collections(layers)}["gebieden_buurt"]
    assert names(areas.fields) == names(AREA_FIELDS)
    assert areas.table["gebiedscode"].is_monotonic_increasing


def test_levels_come_in_their_own_order_each_with_its_collections(layers):
    key = replace(layers[0].key, level=AreaLevel.WIJK)
    wijken = replace(layers[0], key=key, zoekgebieden=layers[0].zoekgebieden[:0])
    assert [one.id for one in collections([layers[0], wijken])] == [
        "zoekgebieden_proef", "indicatoren_proef_wijk", "indicatoren_proef_buurt", "gebieden_wijk", "gebieden_buurt",
    ]  # fmt: skip


def collection(table, fields):
    return Collection("x", "X", "X.", (), fields, table, "", "", "")


FIELDS = (Field("id", "Kenmerk", "string", "Kenmerk."), Field("n", "Aantal", "integer", "Aantal."))


def points(ids, crs=RD_NEW):
    return geopandas.GeoDataFrame(
        {"id": ids, "n": range(len(ids))}, geometry=geopandas.points_from_xy(ids_x(ids), ids_x(ids)), crs=crs
    )  # fmt: skip


def ids_x(ids):
    return [float(at) for at, _ in enumerate(ids)]


def test_a_collection_has_its_fields_metres_and_unique_ids():
    assert len(collection(points(["a", "b"]), FIELDS).table) == 2
    with pytest.raises(ValueError, match="ids are not unique"):
        collection(points(["a", "a"]), FIELDS)
    with pytest.raises(ValueError, match="not in metres"):
        collection(points(["a"], crs=4326), FIELDS)
    with pytest.raises(ValueError, match="are not its fields"):
        collection(points(["a"])[["n", "id", "geometry"]], FIELDS)


def test_missing_text_is_none_and_types_hold_without_rows():
    table = points(["a", None])
    assert typed(table, FIELDS)["id"].tolist() == ["a", None]
    assert str(typed(table[:0], FIELDS)["n"].dtype) == "int64"


@pytest.mark.parametrize(
    ("sources", "theirs", "audience"),
    [
        ({"tellingen": "open"}, None, "publiek"),
        ({"tellingen": "open", "meldingen": "vertrouwelijk"}, None, "intern"),
        ({}, None, "intern"),
        ({"meldingen": "vertrouwelijk"}, "publiek", "publiek"),
        ({"tellingen": "open"}, "intern", "intern"),
    ],
)
def test_what_is_made_from_confidential_figures_is_for_colleagues_unless_its_theme_says_otherwise(
    layers, sources, theirs, audience
):
    layer = layers[0]
    made_from = replace(layer.provenance, sources=dict.fromkeys(sources, "open"))
    one = replace(layer, provenance=made_from, theme=layer.theme.model_copy(update={"audience": theirs}))
    closed = [name for name, status in sources.items() if status == "vertrouwelijk"]
    one = confidential(one, *closed) if closed else one
    assert {collection.audience for collection in collections([one])} == {audience}


def test_one_layer_for_colleagues_makes_the_collection_theirs(layers):
    open_to_all = replace(layers[0], provenance=replace(layers[0].provenance, sources={"tellingen": "open"}))
    both = [open_to_all, confidential(layers[1], "tellingen")]
    assert {one.audience for one in collections(both)} == {"intern"}
    assert {one.audience for one in collections(both[:1])} == {"publiek"}
