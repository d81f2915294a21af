"""What is known in some gemeenten only is compared with these, and says so; else all is said as ever."""

import numpy as np
import pandas as pd
import pytest

from geo.measures import Measure
from layers.messages import say, speaking
from layers.method.coverage import gemeenten_with_figures
from layers.publication.collections import collections
from layers.publication.comparison import BASELINES, NATIONWIDE, SOMEWHERE, average, mean, references, shared
from layers.publication.fields import layer_fields, zoekgebied_fields
from tests.layers.declared import HOT, board, built, catalog, counts, layer

AREAS, _, CODE = board()
COUNTS = counts(CODE).astype(float)
COUNTS.loc[[CODE[place] for place in HOT], "misdrijven"] *= 3  # so that half of the hot place is found too
WEST = AREAS.table["gemeente"] == "GM0363"
NOTHING = pd.Series(None, index=AREAS.ids, dtype=object)


def crimes(known=None):
    """Crimes per inhabitant, known where `known` is true."""
    events = COUNTS["misdrijven"] if known is None else COUNTS["misdrijven"].where(known)
    return Measure.of("misdrijven", events, COUNTS["inwoners"], NOTHING).with_floor(50)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return catalog(tmp_path_factory.mktemp("declared"))


@pytest.fixture(scope="module")
def partly(known):
    """A layer of which the crimes are known in one gemeente, all else in the country."""
    return layer(known, built(known, COUNTS, misdrijven=crimes(~WEST)))


@pytest.fixture(scope="module")
def published(partly):
    return {one.id: one for one in collections([partly])}


def test_an_indicator_is_compared_with_the_gemeenten_in_which_some_area_has_a_figure():
    assert gemeenten_with_figures(crimes(~WEST), AREAS) == ("Cijferveen",)
    some = AREAS.ids == AREAS.ids[0]
    assert gemeenten_with_figures(crimes(some), AREAS) == ("Letterstad",)
    assert gemeenten_with_figures(crimes(some | ~WEST), AREAS) == ()


def test_an_area_without_exposure_is_no_figure():
    nobody = Measure.of("misdrijven", COUNTS["misdrijven"], COUNTS["inwoners"].mask(WEST, 0), NOTHING)
    assert gemeenten_with_figures(nobody, AREAS) == ("Cijferveen",)


@pytest.mark.parametrize(("unknown", "gemeenten"), [(0, 0), (10, 0), (11, 89), (99, 1)])
def test_nine_in_ten_gemeenten_are_the_country(unknown, gemeenten):
    table = AREAS.table.assign(gemeente=np.arange(len(AREAS)) % 100)
    table["gemeente_name"] = table["gemeente"].astype(str)
    hundred = type(AREAS)(AREAS.level, AREAS.vintage, table)
    assert len(gemeenten_with_figures(crimes(table["gemeente"] >= unknown), hundred)) == gemeenten


@pytest.mark.parametrize(
    ("gemeenten", "said", "compared"),
    [
        ([], "het landelijk gemiddelde", "landelijk"),
        (["'s-Gravenhage"], "het gemiddelde in 's-Gravenhage", "gemiddeld in 's-Gravenhage"),
        (["A", "B", "C"], "het gemiddelde in de 3 gemeenten met cijfers", "gemiddeld in de 3 gemeenten met cijfers"),
    ],
)
def test_one_gemeente_is_named_and_several_are_counted(known, gemeenten, said, compared):
    one = known.theme("proef").indicator[0]
    place = references([one], {one.id: gemeenten})[one]
    assert (say(mean(place)), say(average(place))) == (said, compared)


def test_of_places_that_differ_no_more_is_said_than_is_true_of_all():
    assert shared(["in A", "in A"]) == "in A"
    assert shared(["in A", NATIONWIDE]) == shared(["in A", "in B"]) == say(SOMEWHERE) == "waar cijfers zijn"
    assert shared([]) == NATIONWIDE


def test_each_reason_says_with_what_it_is_compared(partly):
    text = partly.zoekgebieden["toelichting"].iloc[0]
    assert " per 1.000 inwoners, gemiddeld in Cijferveen " in text
    assert "Valt hier niet op: Huurders." in text  # 40 % in all of the country
    national = crimes(~WEST).national * 1000
    assert partly.summary["national"]["misdrijven"] == pytest.approx(national, abs=1e-4)
    assert partly.summary["local"] == {"misdrijven": ["Cijferveen"]}


def test_the_caveat_of_a_mixed_layer_names_what_is_not_compared_with_the_country(published):
    for one in published.values():
        assert "vaker voorkomt dan gemiddeld waar cijfers zijn. Dat hoeft geen" in one.caveat
        assert one.caveat.endswith(
            "Niet vergeleken met het hele land: Misdrijven (wel met het gemiddelde in Cijferveen)."
        )


def test_columns_say_of_what_their_mean_is(published):
    fields = {field.name: field for one in published.values() for field in one.fields}
    assert fields["misdrijven_afwijking"].title == "Misdrijven: afwijking van het gemiddelde in Cijferveen"
    assert fields["misdrijven_afwijking"].description.startswith("Verschil met het gemiddelde in Cijferveen, begrensd")
    assert fields["huur_afwijking"].title == "Huurders: afwijking van het landelijk gemiddelde"
    assert fields["score"].description == (
        "Gewogen afwijking van het gemiddelde waar cijfers zijn, opgeteld over de indicatoren. "
        "0 is als gemiddeld waar cijfers zijn."
    )
    about = published["indicatoren_proef_buurt"].description
    assert "hun afwijking van het gemiddelde waar cijfers zijn en de score, voor alle buurten." in about


def test_layers_that_differ_promise_no_more_than_holds_for_each(known, partly):
    other = layer(known, built(known, COUNTS, "nabij"), "nabij")
    figures = next(one for one in collections([partly, other]) if one.id.startswith("indicatoren_"))
    deviation = next(field for field in figures.fields if field.name == "misdrijven_afwijking")
    assert deviation.against == say(SOMEWHERE) == "waar cijfers zijn"
    assert "Misdrijven (wel met het gemiddelde waar cijfers zijn)" in figures.caveat


def test_where_all_is_national_it_is_said_as_ever(known):
    national = collections([layer(known, built(known, COUNTS))])
    for one in national:
        assert one.caveat == (
            "Deze kaart laat zien waar een patroon, zo gemeten, vaker voorkomt dan landelijk. Dat hoeft geen "
            "ongewenste afwijking te zijn, en zegt nooit iets over een persoon, adres of bedrijf."
        )
    indicators = known.theme("proef").indicator
    for one, fields in zip(national, (zoekgebied_fields(indicators), layer_fields(indicators)), strict=False):
        expected = {field.said() for field in fields}
        assert {field.name for field in {*one.fields} ^ expected} == {"lens"}  # which is called by its title
    fields = {field.name: field for field in national[1].fields}
    assert fields["score"].description == (
        "Gewogen afwijking van het landelijk gemiddelde, opgeteld over de indicatoren. 0 is als landelijk."
    )
    assert fields["huur_afwijking"].description == (
        "Verschil met het landelijk gemiddelde, begrensd op drie; hoger is opvallender."
    )
    assert "hun afwijking van het landelijk gemiddelde en de score, voor alle buurten." in national[1].description


OR_BY_LENS = ("het landelijk gemiddelde, of waar de lens mee vergelijkt", "landelijk, of waar de lens mee vergelijkt")


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (["expected"], ("wat te verwachten is gegeven wat er is", "wat daar te verwachten is")),
        (["peers"], ("het gemiddelde van gebieden die erop lijken", "gebieden die erop lijken")),
        (["expected", "peers"], ("waar de lens mee vergelijkt", "waar de lens mee vergelijkt")),
        (["expected", ""], OR_BY_LENS),
        (["peers", "", "expected"], OR_BY_LENS),
        (["expected", "in Rotterdam"], ("het gemiddelde waar cijfers zijn", "gemiddeld waar cijfers zijn")),
    ],
)
def test_what_is_compared_with_something_else_than_a_place_says_so(places, said):
    with speaking("nl"):
        place = shared([say(BASELINES[one]) if one in BASELINES else one for one in places])
        assert (say(mean(place)), say(average(place))) == said


def test_a_place_that_was_published_in_another_language_keeps_its_meaning():
    with speaking("en"):
        place = say(BASELINES["expected"])
    with speaking("nl"):
        assert say(average(place)) == "wat daar te verwachten is"
