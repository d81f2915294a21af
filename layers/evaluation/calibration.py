"""How often each search was wrong on maps of which the truth is known: as measured before, and kept as data."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import Field

from layers.declarations.indicators import Declared, Text


class Alarm(Declared):
    """On how many maps without places something was found all the same; `what` says in Dutch which maps."""

    what: Text
    in_english: Text
    maps: int = Field(gt=0)
    alarms: int = Field(ge=0)


class Recall(Declared):
    """Which share of the planted areas was flagged, on so many maps where that is known; `what` as above."""

    what: Text
    in_english: Text
    maps: int | None = Field(default=None, gt=0)
    flagged: float = Field(ge=0, le=1)


class Calibration(Declared):
    """What was measured of one search, at so many draws."""

    draws: int
    alarm: tuple[Alarm, ...]
    recall: tuple[Recall, ...]


@cache
def measured() -> dict[str, Calibration]:
    """What was measured, by the name of the search; one that is not there was not measured in this way."""
    text = files("layers.evaluation").joinpath("calibration.toml").read_text(encoding="utf-8")
    return {name: Calibration.model_validate(one) for name, one in tomllib.loads(text).items()}
