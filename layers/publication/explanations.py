"""The Dutch of a zoekgebied: its name and why it is on the map, in words that a council member can read."""

from collections.abc import Mapping, Sequence

from geo.areas import AreaLevel
from geo.measures import Unknown
from geo.statistics.trends import Trend
from layers.declarations.indicators import Indicator
from layers.publication.comparison import NATIONAL, SOMEWHERE, Against, average, mean, shared

MADE_UP = "Testland: gebieden en cijfers zijn verzonnen."

REASONS = {
    Unknown.SECRET: "geheim bij de bron",
    Unknown.LATER: "volgt later bij de bron",
    Unknown.DISCONTINUED: "niet meer gepubliceerd door de bron",
    Unknown.ABSENT: "ontbreekt in de bron",
    Unknown.PARTLY: "te weinig delen van dit gebied zijn bekend",
    Unknown.NO_EXPOSURE: "niets om het aantal tegen af te zetten",
    Unknown.SMALL_EXPOSURE: "te klein om een verhouding te tonen",
    Unknown.SMALL_COUNT: "te klein aantal om te tonen",
    Unknown.FEW_INDICATORS: "te weinig indicatoren bekend",
    Unknown.ISLAND: "geen buurgebieden",
    Unknown.NO_KNOWN_NEIGHBOR: "geen buurgebied met een score",
    Unknown.INTERPOLATED: "geschat uit grotere gebieden; daarop wordt niet gezocht",
}
"""What each reason is called on the map."""

TRENDS = {
    Trend.NEW: "nieuw",
    Trend.GROWING: "groeiend",
    Trend.LASTING: "blijvend",
    Trend.FADING: "afnemend",
    Trend.SPORADIC: "wisselend",
    Trend.NONE: "geen",
}
"""What became of a hot spot through the years, as it is called on the map."""

PLURALS = {AreaLevel.GEMEENTE: "gemeenten", AreaLevel.WIJK: "wijken", AreaLevel.BUURT: "buurten"}


def plural(level: AreaLevel) -> str:
    """What several areas of this level are called."""
    return PLURALS.get(level, "zeshoeken")


def number(value: float, digits: int = 1) -> str:
    """A number as the Dutch write it."""
    return f"{round(value, digits) + 0.0:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def caveat(against: Against = NATIONAL) -> str:
    """What a map does not show; and what is not compared with the country, where other things are."""
    place = shared(against.values())
    told = (
        f"Deze kaart laat zien waar een patroon, zo gemeten, vaker voorkomt dan {average(place)}. Dat hoeft geen "
        "ongewenste afwijking te zijn, en zegt nooit iets over een persoon, adres of bedrijf."
    )
    if place != SOMEWHERE:
        return told
    local = [f"{one.title} (wel met {mean(where)})" for one, where in against.items() if where]
    return f"{told} Niet vergeleken met het hele land: {'; '.join(local)}."


CAVEAT = caveat()
"""What is said where all is compared with the country."""


def title(area_names: Sequence[str], level: AreaLevel) -> str:
    """The name of a zoekgebied: its strongest area, and how many others there are."""
    others = len(area_names) - 1
    if not others:
        return area_names[0]
    return f"{area_names[0]} en {others} andere {plural(level)}" if others > 1 else " en ".join(area_names)


def explanation(
    level: AreaLevel,
    area_count: int,
    gemeenten: Sequence[str],
    compared: Mapping[str, tuple[float, float]],
    against: Against,
) -> str:
    """Why a zoekgebied is on the map. `compared` has, strongest contribution first, each indicator's value here and
    the mean that it is set `against`.
    """
    named = {one.id: (one, place) for one, place in against.items()}
    sentences = [_where(level, area_count, gemeenten)]
    sentences += [_compare(*named[name], *values) for name, values in compared.items()]
    return " ".join(sentences)


def _where(level: AreaLevel, area_count: int, gemeenten: Sequence[str]) -> str:
    places = " en ".join([", ".join(gemeenten[:-1]), gemeenten[-1]] if len(gemeenten) > 1 else gemeenten)
    if area_count == 1:
        return f"Eén gebied in {places}, met buurgebieden die ook hoog scoren."
    return f"{area_count} {plural(level)} in {places} die aan elkaar grenzen."


def _compare(one: Indicator, place: str, here: float, usual: float) -> str:
    figures = f"{one.title}: {number(here)} {one.unit}, {average(place)} {number(usual)}"
    if usual == 0:
        return f"{figures}."
    ratio = here / usual
    times = "ongeveer gelijk" if 0.95 <= ratio <= 1.05 else f"{number(ratio)} keer zo veel"
    return f"{figures} ({times})."
