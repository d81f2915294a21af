"""Addresses: where addresses and verblijfsobjecten lie, by PDOK's Locatieserver, each looked up once.

What is known of the service (Solr behind an address), from its users:

- `response` has `numFound`, `start` and `docs`; ten rows unless asked otherwise, a hundred at most.
- Fields that an address lacks (huisletter, huisnummertoevoeging) are absent, not empty.
- A parameter that is not in its description answers 400.
- A place is `centroide_rd`, as text: POINT(x y) in RD New.
- Additions are written in many ways (12-H, 12 hs, 12-1): they are compared by their letters and digits only.

Of an address only the postcode is sent, and all addresses of that postcode come back: which house is meant stays here.
Of a verblijfsobject its id is sent, fifty in one request. Answers are used for a month, since addresses hardly move, in
files for their owner alone that are removed after it; no message, log or name of a file says what was asked.

A house number whose addition PDOK does not know (12 where there are 12-1 and 12-2, or 12-H for 12-hs) is placed in the
middle of all addresses with that number, where these lie within 100 m; `notes` say of how many rows that holds. Nothing
else is guessed: a number that is not there has no place.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import batched
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np
from numpy.typing import NDArray

from geo.errors import SourceError
from geo.messages import Message, message
from layers.messages import say
from services.http.client import Client
from services.http.discarding import discarding_on_error
from services.http.hosts import AT_ONCE

SERVICE = "https://api.pdok.nl/bzk/locatieserver/search/v3_1/free"
MONTH = timedelta(days=30)
ROWS = 100
"""Addresses in an answer, the most that the Locatieserver gives."""
MOST = 100_000
"""Addresses of one question: far more than a postcode has."""
IDS = 50
"""Ids of verblijfsobjecten in one request: an address of some 1,200 characters."""
TOGETHER = 100.0
"""Metres: addresses of one number that lie farther apart than this are not one house."""

NO_POSTCODE, NO_NUMBER = message("no valid postcode"), message("no house number")
UNKNOWN_POSTCODE = message("postcode unknown to PDOK")
UNKNOWN_NUMBER = message("house number unknown in this postcode")
NO_ID, UNKNOWN_ID = message("no id of a verblijfsobject"), message("verblijfsobject unknown to PDOK")
SHORTENED_ID = message("id that a spreadsheet shortened, as 1,4E13: export the column as text")

POSTCODE = re.compile(r"([1-9]\d{3})\s*([A-Z]{2})")
NUMBER = re.compile(r"\s*0*(\d{1,5})(?:\.0+)?(?!\d)(.*)", re.DOTALL)
SHORTENED = re.compile(r"\s*\d(?:[.,]\d+)?E\+?\d+\s*", re.IGNORECASE)
OBJECT = re.compile(r"\d{4}0[123]\d{10}")
"""A verblijfsobject, ligplaats or standplaats: the gemeente, what it is, and ten digits."""
ASKED = re.compile(r"\?\S+|\b[1-9]\d{3}\s?[A-Z]{2}\b|\b\d{16}\b")
"""What may tell which address was asked: a question, a postcode, the id of a verblijfsobject."""
POINT = re.compile(r"POINT\(([0-9]+(?:\.[0-9]+)?) ([0-9]+(?:\.[0-9]+)?)\)")

Floats = NDArray[np.float64]
Located = tuple[Floats, Floats, NDArray[np.object_]]
"""x and y in RD New, NaN where there is no place, and there why not: a message, elsewhere None."""
Point = tuple[float, float]
Houses = dict[int, dict[str, Point]]
"""The places of a postcode, by number and addition."""


@dataclass(slots=True)
class Addresses:
    """The addresses and verblijfsobjecten that were looked up so far.

    Attributes:
        client: sends the requests; its answers are private, and used for a month.
        on_progress: called with how many requests were answered, of how many.
    """

    client: Client
    on_progress: Callable[[int, int], None] = lambda _done, _whole: None
    _houses: dict[str, Houses] = field(default_factory=dict)
    _objects: dict[str, Point | None] = field(default_factory=dict)
    _by_number: int = 0

    def __post_init__(self) -> None:
        self.client = replace(self.client, private=ASKED, max_age=max(MONTH, self.client.max_age))

    @property
    def notes(self) -> tuple[str, ...]:
        """How many rows were placed by their number only, in words."""
        if not self._by_number:
            return ()
        return (say("{count} without a known addition placed at their house number", count=self._by_number),)

    def located(self, postcodes: Sequence[str | None], numbers: Sequence[str | None]) -> Located:
        """Where addresses lie. Raises SourceError where PDOK does not answer, or with other addresses."""
        cleaned = [_postcode(text) for text in postcodes]
        new = sorted({postcode for postcode in cleaned if postcode is not None} - self._houses.keys())
        self._houses.update(zip(new, self._ask(self._of_postcode, new), strict=True))
        return _columns([self._place(*address) for address in zip(cleaned, numbers, strict=True)])

    def of_objects(self, ids: Sequence[str | None]) -> Located:
        """Where verblijfsobjecten lie, and ligplaatsen and standplaatsen. Raises SourceError likewise."""
        cleaned = [_object(text) for text in ids]
        new = sorted({identifier for identifier in cleaned if identifier is not None} - self._objects.keys())
        for points in self._ask(self._of_ids, list(batched(new, IDS))):
            self._objects.update(points)
        return _columns([
            _no_id(text) if one is None else self._objects[one] or UNKNOWN_ID
            for one, text in zip(cleaned, ids, strict=True)
        ])  # fmt: skip

    def _ask[Question, Reply](self, ask: Callable[[Question], Reply], questions: Sequence[Question]) -> list[Reply]:
        """All replies, in the order of the questions; as many at a time as the host gets."""
        replies: list[Reply] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                for reply in pool.map(ask, questions):
                    replies.append(reply)
                    self.on_progress(len(replies), len(questions))
            except BaseException as end:
                if not isinstance(end, Exception):  # Ctrl-C: requests that wait for another try end at once
                    self.client.stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        return replies

    def _of_postcode(self, postcode: str) -> Houses:
        houses: Houses = {}
        columns = "postcode,huisnummer,huisletter,huisnummertoevoeging"
        for document in self._documents("postcode", [postcode], columns):
            addition = _plain(f"{document.get('huisletter', '')}{document.get('huisnummertoevoeging', '')}")
            houses.setdefault(int(document["huisnummer"]), {})[addition] = _point(document)
        return houses

    def _of_ids(self, ids: Sequence[str]) -> Mapping[str, Point | None]:
        column = "adresseerbaarobject_id"
        points = {document[column]: _point(document) for document in self._documents(column, ids, column)}
        return {identifier: points.get(identifier) for identifier in ids}

    def _documents(self, column: str, among: Sequence[str], columns: str) -> list[dict[str, Any]]:
        """All addresses of which `column` has one of these values, page by page, with these columns."""
        documents: list[dict[str, Any]] = []
        whole = 0
        with discarding_on_error(self.client) as client:
            while True:
                options = (
                    ("q", "*"), ("fq", "type:adres"), ("fq", f"{column}:({' OR '.join(among)})"),
                    ("fl", f"{columns},centroide_rd"), ("rows", str(ROWS)), ("start", str(len(documents))),
                )  # fmt: skip
                url = f"{SERVICE}?{urlencode(options, quote_via=quote, safe='*:,()')}"
                page, count = _page(client.get(url).json(), column, among)
                if count > MOST or (documents and count != whole):
                    raise SourceError(
                        "{url}: {count} addresses, by the page before it {whole}, and there can be {most}: the service "
                        "sends pages without end; try again later",
                        url=SERVICE, count=count, whole=whole or count, most=MOST,
                    )  # fmt: skip
                documents, whole = documents + page, count
                if len(documents) >= count:
                    return documents
                if not page:
                    raise SourceError(
                        "{url}: {came} addresses came, of {count} that there are; try again later",
                        url=SERVICE, came=len(documents), count=count,
                    )  # fmt: skip

    def _place(self, postcode: str | None, number: str | None) -> Point | Message:
        """The place of an address, or why it has none."""
        if postcode is None:
            return NO_POSTCODE
        parsed = NUMBER.fullmatch(number or "")
        if parsed is None:
            return NO_NUMBER
        if not (houses := self._houses[postcode]):
            return UNKNOWN_POSTCODE
        of_number = houses.get(int(parsed[1]), {})
        if (exact := of_number.get(_plain(parsed[2]))) is not None:
            return exact
        middle = _middle(of_number.values())
        self._by_number += middle is not None
        return middle or UNKNOWN_NUMBER


def _page(answer: Any, column: str, among: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """The addresses of an answer and how many there are in all. Raises SourceError for others than were requested."""
    try:
        page, count = list(answer["response"]["docs"]), int(answer["response"]["numFound"])
        strange = [row for row in page if row[column] not in among or not POINT.fullmatch(row["centroide_rd"])]
        strange += [row for row in page if column == "postcode" and not 0 < int(row["huisnummer"]) < 10**6]
    except (KeyError, TypeError, ValueError) as fault:
        raise SourceError(
            "{url}: no answer as the Locatieserver gives it ({fault}); it may have changed: give x and y, or the file "
            "with places from the BAG, instead",
            url=SERVICE, fault=f"{type(fault).__name__}: {fault}",
        ) from None  # fmt: skip
    if strange:
        raise SourceError(
            "{url}: answers with addresses that were not asked ({count}); nothing was placed",
            url=SERVICE, count=len(strange),
        )  # fmt: skip
    return page, count


def _postcode(text: str | None) -> str | None:
    parsed = POSTCODE.fullmatch((text or "").strip().upper())
    return parsed[1] + parsed[2] if parsed else None


def _object(text: str | None) -> str | None:
    """An id of sixteen digits; the first is a zero for half of the country, which a spreadsheet drops."""
    padded = (text or "").strip().zfill(16)
    return padded if OBJECT.fullmatch(padded) else None


def _no_id(text: str | None) -> Message:
    return SHORTENED_ID if SHORTENED.fullmatch(text or "") else NO_ID


def _plain(addition: str) -> str:
    """The letters and digits of an addition, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", addition.upper())


def _point(document: Mapping[str, Any]) -> Point:
    parsed = POINT.fullmatch(document["centroide_rd"])
    if parsed is None:
        raise ValueError("points are checked when the page comes in")
    return float(parsed[1]), float(parsed[2])


def _middle(points: Iterable[Point]) -> Point | None:
    """The middle of points within `TOGETHER` of each other in x and in y; None where they are not, or for no points."""
    coordinates = np.array(list(points))
    if not len(coordinates) or np.ptp(coordinates, axis=0).max() > TOGETHER:
        return None
    x, y = coordinates.mean(axis=0)
    return float(x), float(y)


def _columns(places: Sequence[Point | Message]) -> Located:
    x, y = np.full(len(places), np.nan), np.full(len(places), np.nan)
    why = np.full(len(places), None, dtype=object)
    for at, place in enumerate(places):
        if isinstance(place, Message):
            why[at] = place
        else:
            x[at], y[at] = place
    return x, y, why
