"""Where addresses and verblijfsobjecten lie, by PDOK's Locatieserver, asked for once each and remembered.

Of an address only the postcode is sent, and all addresses of that postcode come back: which house is meant stays here.
Of a verblijfsobject its id is sent, fifty in one question. Answers are kept for a month, since addresses hardly move.

A house number whose addition PDOK does not know (12 where there are 12-1 and 12-2, or 12-H for 12-hs) is placed in the
middle of all addresses with that number, where these lie together; `notes` say of how many rows that holds. Nothing
else is guessed: a number that is not there has no place.
"""

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
from numpy.typing import NDArray

from geo.errors import SourceError
from services.http.client import Client
from services.http.doubt import forgetting_on_fault
from services.http.hosts import AT_ONCE

SERVICE = "https://api.pdok.nl/bzk/locatieserver/search/v3_1/free"
MONTH = timedelta(days=30)
ROWS = 100
"""Addresses in an answer, the most that the Locatieserver gives."""
IDS = 50
TOGETHER = 100.0
"""Metres: addresses of one number that lie farther apart than this are not one house."""

NO_POSTCODE, NO_NUMBER = "geen geldige postcode", "geen huisnummer"
UNKNOWN_POSTCODE, UNKNOWN_NUMBER = "postcode onbekend bij PDOK", "huisnummer onbekend in deze postcode"
NO_ID, UNKNOWN_ID = "geen id van een verblijfsobject", "verblijfsobject onbekend bij PDOK"

POSTCODE = re.compile(r"([1-9]\d{3})\s*([A-Z]{2})")
NUMBER = re.compile(r"\s*0*(\d{1,5})(?:\.0+)?(?!\d)(.*)", re.DOTALL)
OBJECT = re.compile(r"\d{4}0[123]\d{10}")
"""A verblijfsobject, ligplaats or standplaats: the gemeente, what it is, and ten digits."""
POINT = re.compile(r"POINT\(([\d.]+) ([\d.]+)\)")

Floats = NDArray[np.float64]
Found = tuple[Floats, Floats, NDArray[np.object_]]
"""x and y in RD New, NaN where there is no place, and there in Dutch why not."""
Point = tuple[float, float]
Houses = dict[int, dict[str, Point]]
"""The places of a postcode, by number and addition."""


@dataclass(slots=True)
class Addresses:
    """What PDOK knows, as far as it was asked.

    Attributes:
        client: asks.
        seen: who hears how many questions were answered, of how many.
    """

    client: Client
    on_progress: Callable[[int, int], None] = lambda _done, _whole: None
    _houses: dict[str, Houses] = field(default_factory=dict)
    _objects: dict[str, Point | None] = field(default_factory=dict)
    _by_number: int = 0

    def __post_init__(self) -> None:
        self.client = copy.copy(self.client)
        self.client.keep = max(MONTH, self.client.keep)

    @property
    def notes(self) -> tuple[str, ...]:
        """In Dutch, how many rows were placed by their number only."""
        count = self._by_number
        return (f"{count} zonder bekende toevoeging geplaatst op hun huisnummer",) if count else ()

    def located(self, postcodes: Sequence[str | None], numbers: Sequence[str | None]) -> Found:
        """Where addresses lie. Raises SourceError where PDOK does not answer, or not what was asked."""
        bare = [_postcode(one) for one in postcodes]
        new = sorted({one for one in bare if one is not None} - self._houses.keys())
        self._houses.update(zip(new, self._ask(self._of_postcode, new), strict=True))
        return _columns([self._place(*one) for one in zip(bare, numbers, strict=True)])

    def of_objects(self, ids: Sequence[str | None]) -> Found:
        """Where verblijfsobjecten lie, and ligplaatsen and standplaatsen. Raises SourceError likewise."""
        bare = [_object(one) for one in ids]
        new = sorted({one for one in bare if one is not None} - self._objects.keys())
        for found in self._ask(self._of_ids, list(batched(new, IDS))):
            self._objects.update(found)
        return _columns([NO_ID if one is None else self._objects[one] or UNKNOWN_ID for one in bare])

    def _ask[Question, Reply](self, ask: Callable[[Question], Reply], what: Sequence[Question]) -> list[Reply]:
        """All answers, in order; a few questions at a time."""
        found: list[Reply] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                for one in pool.map(ask, what):
                    found.append(one)
                    self.on_progress(len(found), len(what))
            except BaseException as end:
                if not isinstance(end, Exception):  # Ctrl-C: who waits for another try waits no longer
                    self.client.stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        return found

    def _of_postcode(self, postcode: str) -> Houses:
        houses: Houses = {}
        for one in self._documents({"postcode": [postcode]}, "postcode,huisnummer,huisletter,huisnummertoevoeging"):
            addition = _plain(f"{one.get('huisletter', '')}{one.get('huisnummertoevoeging', '')}")
            houses.setdefault(int(one["huisnummer"]), {})[addition] = _point(one)
        return houses

    def _of_ids(self, ids: Sequence[str]) -> Mapping[str, Point | None]:
        found = {one["adresseerbaarobject_id"]: _point(one)
                 for one in self._documents({"adresseerbaarobject_id": ids}, "adresseerbaarobject_id")}  # fmt: skip
        return {one: found.get(one) for one in ids}

    def _documents(self, wanted: Mapping[str, Sequence[str]], columns: str) -> list[dict[str, Any]]:
        """All addresses of which a column has one of these values, page by page."""
        (column, among), *_ = wanted.items()
        found: list[dict[str, Any]] = []
        with forgetting_on_fault(self.client) as client:
            while True:
                options = (
                    ("q", "*"), ("fq", "type:adres"), ("fq", f"{column}:({' OR '.join(among)})"),
                    ("fl", f"{columns},centroide_rd"), ("rows", str(ROWS)), ("start", str(len(found))),
                )  # fmt: skip
                url = f"{SERVICE}?{urlencode(options, quote_via=quote, safe='*:,()')}"
                answer = client.get(url).json()
                page, count = _page(answer, url, column, among)
                found += page
                if len(found) >= count:
                    return found
                if not page:
                    raise SourceError(f"{url}: {len(found)} addresses came, of {count} that there are; try again later")

    def _place(self, postcode: str | None, number: str | None) -> Point | str:
        """The place of an address, or why it has none."""
        if postcode is None:
            return NO_POSTCODE
        told = NUMBER.fullmatch(number or "")
        if told is None:
            return NO_NUMBER
        if not (houses := self._houses[postcode]):
            return UNKNOWN_POSTCODE
        of_number = houses.get(int(told[1]), {})
        if (exact := of_number.get(_plain(told[2]))) is not None:
            return exact
        middle = _middle(of_number.values())
        self._by_number += middle is not None
        return middle or UNKNOWN_NUMBER


def _page(answer: Any, url: str, column: str, among: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """The addresses of an answer and how many there are in all. Raises SourceError for what was not asked."""
    try:
        page, count = answer["response"]["docs"], int(answer["response"]["numFound"])
        strange = [one for one in page if one[column] not in among or not POINT.fullmatch(one["centroide_rd"])]
    except (KeyError, TypeError, ValueError) as fault:
        raise SourceError(
            f"{url}: no answer as the Locatieserver gives it ({type(fault).__name__}: {fault}); it may have changed: "
            "give x and y, or the file with places from the BAG, instead"
        ) from None
    if strange:
        raise SourceError(f"{url}: answers with addresses that were not asked ({strange[0]}); nothing was placed")
    return page, count


def _postcode(text: str | None) -> str | None:
    told = POSTCODE.fullmatch((text or "").strip().upper())
    return told[1] + told[2] if told else None


def _object(text: str | None) -> str | None:
    """An id of sixteen digits; the first is a zero for half of the country, which a spreadsheet drops."""
    bare = (text or "").strip().zfill(16)
    return bare if OBJECT.fullmatch(bare) else None


def _plain(addition: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", addition.upper())


def _point(document: Mapping[str, Any]) -> Point:
    told = POINT.fullmatch(document["centroide_rd"])
    if told is None:
        raise ValueError("points are checked when the page comes in")
    return float(told[1]), float(told[2])


def _middle(points: Iterable[Point]) -> Point | None:
    """The middle of points that lie together; None where they do not, or there are none."""
    at = np.array(list(points))
    if not len(at) or np.ptp(at, axis=0).max() > TOGETHER:
        return None
    x, y = at.mean(axis=0)
    return float(x), float(y)


def _columns(places: Sequence[Point | str]) -> Found:
    x, y = np.full(len(places), np.nan), np.full(len(places), np.nan)
    why = np.full(len(places), None, dtype=object)
    for at, place in enumerate(places):
        if isinstance(place, str):
            why[at] = place
        else:
            x[at], y[at] = place
    return x, y, why
