"""The parameters of a request and the format it asks for: each known, well written and given once, or a Problem."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from services.ogc.questions.problems import Problem

type Given = Mapping[str, str]

MOST_NAMES = 100
"""How many parameters a request may have."""

MEDIA_TYPES = {
    "json": "application/json",
    "html": "text/html",
    "jsonld": "application/ld+json",
    "csv": "text/csv",
    "jsonfg": "application/vnd.ogc.fg+json",
}
"""What `f` may be, with the media type of each."""


def read(query: bytes) -> Given:
    """The parameters of a query; raises Problem where it is no UTF-8 or a parameter is given twice."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_NAMES)
    except ValueError as fault:
        raise Problem(
            400, f"the query cannot be read ({fault}); write it as name=value&..., escaped as UTF-8"
        ) from None
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise Problem(400, f"parameter {name!r} is given twice; give it once, with values parted by commas")
        given[name] = value
    return given


def check(given: Given, known: Collection[str]) -> None:
    """Raises Problem for a parameter that this path does not know; none is ignored."""
    for name in given:
        if name not in known:
            raise Problem(400, f"parameter {name!r} is not known here; known: {', '.join(sorted(known))}")


def check_language(given: Given, known: Collection[str]) -> None:
    """Raises Problem for a language that is not one of these, nor one of them without its country."""
    if "lang" in given and given["lang"] not in (names := languages(known)):
        raise Problem(400, f"lang must be one of {', '.join(names)}, found {given['lang'][:100]!r}")


def languages(known: Collection[str]) -> tuple[str, ...]:
    """Languages as they may be asked for: `nl-NL` also as `nl`."""
    return tuple(dict.fromkeys(name for one in known for name in (one.partition("-")[0], one)))


def chosen_format(given: Given, accept: str, offered: Mapping[str, str]) -> tuple[str, str]:
    """The format that is asked for by `f` or else by Accept, and its media type; the first offered if none is.

    `offered` maps media types to formats. Raises Problem: 400 for an `f`, 406 for an Accept, that is not offered.
    """
    if (name := given.get("f")) is not None:
        for media_type, one in offered.items():
            if one == name:
                return name, media_type
        raise Problem(400, f"f must be one of {', '.join(dict.fromkeys(offered.values()))}, found {name!r}")
    for media_type in _by_preference(accept):
        for one, format_ in offered.items():
            if media_type in (one, "*/*", f"{one.split('/')[0]}/*"):
                return format_, one
    raise Problem(406, f"none of the media types in Accept is offered; offered: {', '.join(offered)}")


@lru_cache(maxsize=256)
def _by_preference(accept: str) -> tuple[str, ...]:
    """Media types in the order a reader prefers them, without those it refuses."""
    weighed = []
    for place, part in enumerate(accept.split(",") if accept.strip() else ["*/*"]):
        media_type, *options = (one.strip().lower() for one in part.split(";"))
        quality = next((one[2:] for one in options if one.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighed.append((-weight, place, media_type))
    return tuple(media_type for _, _, media_type in sorted(weighed))
