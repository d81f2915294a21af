"""The part of the stand-in that is PDOK's Locatieserver: addresses by filter, as Solr gives them.

Quoted from those who use it: `response` with `numFound`, `start` and `docs`; ten rows unless asked otherwise, a hundred
at most; fields that an address lacks are absent; parameters that are not in its description answer 400.
"""

import re
from collections.abc import Mapping

import orjson
import pandas as pd

from tests.standin.server import Query, Reply

PATH = "/api.pdok.nl/bzk/locatieserver/search/v3_1/free"
KNOWN = {"q", "fq", "fl", "rows", "start", "df", "sort", "wt"}
USUAL, MOST = 10, 100
FILTER = re.compile(r"(\w+):(?:\(([^)]*)\)|(\S+))")


class Locatieserver:
    """Serves addresses: postcode, huisnummer, huisletter, huisnummertoevoeging, adresseerbaarobject_id; x and y."""

    def __init__(self, addresses: pd.DataFrame) -> None:
        self.documents = [
            {name: value for name, value in row.items() if name not in {"x", "y"} and pd.notna(value) and value != ""}
            | {"type": "adres", "bron": "BAG", "centroide_rd": f"POINT({row['x']:.3f} {row['y']:.3f})"}
            for row in addresses.to_dict("records")
        ]

    def __call__(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply | None:  # noqa: ARG002  # a Service
        if path != PATH:
            return None
        rows, start = (int(query.get(name, [usual])[0]) for name, usual in (("rows", USUAL), ("start", 0)))
        if (strange := set(query) - KNOWN) or rows > MOST:
            return _reply({"error": {"msg": f"bad request: {strange or rows}", "code": 400}}, 400)
        matches = self.documents
        for one in query.get("fq", []):
            matches = _filtered(matches, one)
        fields = query.get("fl", ["*"])[0].split(",")
        page = [{name: one[name] for name in fields if name in one} for one in matches[start : start + rows]]
        return _reply({"response": {
            "numFound": len(matches), "start": start, "maxScore": 1.0, "numFoundExact": True, "docs": page,
        }})  # fmt: skip


def _filtered(documents: list[dict[str, object]], condition: str) -> list[dict[str, object]]:
    parsed = FILTER.fullmatch(condition)
    assert parsed, f"a filter that Solr would not take: {condition}"
    among = set(parsed[2].split(" OR ")) if parsed[2] is not None else {parsed[3]}
    return [one for one in documents if str(one.get(parsed[1])) in among]


def _reply(content: object, status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(content), {"Content-Type": "application/json;charset=utf-8"})
