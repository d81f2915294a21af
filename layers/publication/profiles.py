"""What is said of profiles (geo.profiles): each in words, what it does not say, and how to count what fits it."""

import json
from collections.abc import Iterator, Mapping

from geo.messages import Message, joined, message
from geo.profiles import Condition, Profile, Profiles
from layers.declarations.records import Between
from layers.messages import number, say

Ranges = Mapping[str, Mapping[str, Between]]
"""The classes of characteristics that are numbers, by column and by what they are called in it."""

HEADER = (
    message("profile"), message("of the cases"), message("of all objects"), message("times as often"),
    message("odds ratio"), message("95 % between"), message("p"),
)  # fmt: skip
SHARE_DECIMALS = 3
"""Decimals of a share: one of its percentage."""
LARGE = 1000.0
"""From where an odds ratio is said to be more than this: it is then unknown how large it is."""


def row(profile: Profile, ranges: Ranges) -> tuple[str, ...]:
    """The cells of a profile below `HEADER`, all of the second half. How many times as often is that of the two shares
    as they are said: who divides them finds the same.
    """
    table = profile.table
    of_cases, of_objects = (
        round(part / whole, SHARE_DECIMALS)
        for part, whole in ((table.fitting_cases, table.cases), (table.fitting, table.objects))
    )
    return (
        say(described(profile, ranges)),
        say("{share:.1%} ({fit:,} of {whole:,})", share=of_cases, fit=table.fitting_cases, whole=table.cases),
        say("{share:.1%}", share=of_objects),
        number(of_cases / of_objects if of_objects else table.lift),
        _ratio(profile.odds_ratio),
        say("{low} and {high}", low=_ratio(profile.low), high=_ratio(profile.high)),
        say("less than 0.001") if profile.p < 0.001 else number(profile.p, 3),
    )  # fmt: skip


def lines(profiles: Profiles, ranges: Ranges) -> Iterator[Message]:
    """What was sought and what was found, and what that does not say."""
    yield message(
        "{cases:,} cases among {objects:,} objects. {tried:,} characteristics and combinations were tried in one half "
        "of them; {candidates} of these were tested once more in the other half, and {found} remained.",
        cases=profiles.cases, objects=profiles.objects, tried=profiles.tried, candidates=profiles.candidates,
        found=len(profiles.found),
    )  # fmt: skip
    if not profiles.found:
        yield message("So cases have nothing more often than other objects that chance could not explain.")
        return
    yield message(
        "What is said of each is of the half that was not searched. The chance that any of these profiles is false is "
        "5 % at most."
    )
    best = profiles.found[0]
    yield message(
        "The surest is: {profile}. Of {fitting:,} objects that fit it {cases:,} are cases and {others:,} are not: that "
        "an object fits is no reason to suspect anything there.",
        profile=described(best, ranges), fitting=best.whole.fitting, cases=best.whole.fitting_cases,
        others=best.whole.fitting - best.whole.fitting_cases,
    )  # fmt: skip
    yield message(
        "Cases are what was found. Where nobody looked nothing was found, and a profile may show where people looked."
    )
    yield message("This page is for those who may see the rows. What is published is a count per area, with noise.")


def described(profile: Profile, ranges: Ranges) -> Message:
    """The characteristics of a profile in words."""
    return joined(", ", [_in_words(one, ranges) for one in profile.conditions])


def counted_by(profile: Profile, ranges: Ranges) -> str:
    """The section of a source that counts what fits a profile, per area."""
    codes = {one.column: [one.value] for one in profile.conditions if one.column not in ranges}
    between = {one.column: ranges[one.column][one.value] for one in profile.conditions if one.column in ranges}
    said = ["[records.count.passend]"]
    if codes:
        said.append(f"where   = {{ {', '.join(f'{_key(name)} = {_text(code)}' for name, code in codes.items())} }}")
    if between:
        said.append(f"between = {{ {', '.join(f'{_key(name)} = {_range(one)}' for name, one in between.items())} }}")
    return "\n".join(said)


def _in_words(condition: Condition, ranges: Ranges) -> Message:
    if condition.column not in ranges:
        return message("{column}: {value}", column=condition.column, value=condition.value)
    between = ranges[condition.column][condition.value]
    if between.least is None:
        return message("{column} below {below:g}", column=condition.column, below=between.below)
    if between.below is None:
        return message("{column} from {least:g}", column=condition.column, least=between.least)
    return message(
        "{column} from {least:g}, below {below:g}", column=condition.column, least=between.least, below=between.below
    )


def _ratio(ratio: float) -> str:
    return say("more than {most}", most=number(LARGE, 0)) if ratio > LARGE else number(ratio)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").isalnum() else _text(name)


def _text(value: object) -> str:
    """Text, or a list of it, as TOML has it: that of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _range(between: Between) -> str:
    ends = [f"{name} = {end:g}" for name, end in between.model_dump().items() if end is not None]
    return f"{{ {', '.join(ends)} }}"
