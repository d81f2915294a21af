"""pygeoapi's configuration: the `resources` that a release gives, and the OpenAPI document.

The server, logging and metadata parts of `pygeoapi-config.yml` are written by hand and never changed; a new file starts
with the template that is shipped. What stands in `pygeoapi-config.own.yml` beside it goes before these when it is
served by zicht: no command writes that file, and git ignores it. Everything from the line `resources:` on is generated.
Nothing here names a machine or a moment, so that the same release gives the same file, and CI can tell whether the
committed one is current.
"""

import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from geo.errors import StoreError, first_few
from geo.messages import Message, joined, message
from layers.messages import LANGUAGES, language, say
from layers.publication.fields import AREA_NAME, ID, TITLE
from services.files import disk_errors, made_readable, whole_file
from services.stores.queries import Described
from services.stores.systems import CRS84, answered

type Resources = dict[str, dict[str, Any]]

PROVIDER = "services.ogc.provider.ReleaseProvider"

LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/deed.nl",
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/deed.nl",
    "PDM": "https://creativecommons.org/publicdomain/mark/1.0/deed.nl",
}
"""Where the licences of the sources are explained; each links its collections to it."""

HEADER = "  # Written by `zicht publish` from the release; do not edit by hand. Server and metadata stand above."
LINE = "resources:"
BY_HAND = frozenset({"server", "logging", "metadata"})
"""The parts that are written by hand."""
TEMPLATES = {name: files("services.ogc") / f"pygeoapi-config.template.{name}.yml" for name in LANGUAGES}
"""What a configuration starts with, in each language; who serves changes it in the file itself."""


def resources(collections: Iterable[Described], data: str) -> Resources:
    """The `resources` block for the collections of a release; `data` is how the configuration will name its store."""
    return {one.id: _resource(one, data) for one in collections}


def _resource(collection: Described, data: str) -> dict[str, Any]:
    return {
        "type": "collection",
        "title": collection.title,
        "description": _description(collection),
        "keywords": list(collection.keywords),
        "links": _links(collection),
        "extents": _extents(collection),
        "providers": [_provider(collection, data)],
    }


def _description(collection: Described) -> str:
    source = say("Source: {attribution} ({license}).", attribution=collection.attribution, license=collection.license)
    return f"{collection.description} {collection.caveat} {source}"


def _links(collection: Described) -> list[dict[str, str]]:
    names = [name for name in collection.license.split(", ") if name in LICENCES]
    return [{"type": "text/html", "rel": "license", "title": name, "href": LICENCES[name]} for name in names]


def _extents(collection: Described) -> dict[str, Any]:
    extents: dict[str, Any] = {"spatial": {"bbox": list(collection.bbox), "crs": CRS84}}
    if collection.years:
        first, last = collection.years
        begin, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 12, 31, 23, 59, 59, tzinfo=UTC)
        extents["temporal"] = {"begin": begin, "end": end}
    return extents


def _provider(collection: Described, data: str) -> dict[str, Any]:
    names = [field.name for field in collection.fields]
    provider: dict[str, Any] = {"type": "feature", "name": PROVIDER, "data": data, "table": collection.id}
    provider["id_field"] = ID.name
    if collection.time_field:
        provider["time_field"] = collection.time_field
    if titles := [name for name in (TITLE.name, AREA_NAME.name) if name in names]:
        provider["title_field"] = titles[0]
    return provider | {"crs": list(answered([collection])), "storage_crs": CRS84}


def for_colleagues(config: Mapping[str, Any], licenses: Collection[str]) -> dict[str, Any]:
    """The configuration of a release that is not for everyone: pages of other sites may not read it, and its license is
    that of its sources, whatever was written by hand.
    """
    names = sorted({name for license_ in licenses for name in license_.split(", ")})
    about = dict(config["metadata"])
    about["license"] = {"name": say("Not public: {licenses}", licenses=", ".join(names))}
    about["identification"] = {
        name: value for name, value in about["identification"].items() if name != "terms_of_service"
    }
    return {**config, "server": {**config["server"], "cors": False}, "metadata": about}


def write(config: Path, wanted: Resources) -> None:
    """Replace the `resources` part of the file, whole or not at all; a new file starts with the template.

    Raises StoreError where that cannot be done; the file is then as it was.
    """
    content = complete(config, wanted)
    if config.is_file() and config.read_text(encoding="utf-8") == content:
        return
    with whole_file(config) as unfinished:
        unfinished.write_text(content, encoding="utf-8")
        if config.is_file():
            shutil.copymode(config, unfinished)
        else:
            made_readable(unfinished)


def complete(config: Path, wanted: Resources) -> str:
    """What is written by hand in the file, with these `resources`. Raises StoreError where something stands below."""
    block = yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True, width=110, indent=2)
    body = "\n".join([LINE, HEADER, *(f"  {line}" if line else line for line in block.splitlines())])
    if not wanted:
        body = f"{LINE} {{}}"
    return f"{_by_hand(config)}{body}\n"


def _by_hand(config: Path) -> str:
    """What stands before `resources:`; where nobody wrote it, the template in the language that is spoken.

    Raises StoreError where something hand-written follows it.
    """
    templates = {name: file.read_text(encoding="utf-8") for name, file in TEMPLATES.items()}
    if not config.exists():
        return templates[language()]
    _yaml(config)  # or it is said what is wrong
    with disk_errors(config):
        lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines) if line.startswith(LINE)), len(lines))
    after = [line.strip() for line in lines[start + 1 :] if line[:1].strip() not in ("", "#")]
    if after:
        raise StoreError(
            "configuration {path}: `resources` must stand last, found {line!r} below it; move it up",
            path=config, line=after[0],
        )  # fmt: skip
    by_hand = "".join(lines[:start])
    return templates[language()] if by_hand in templates.values() else by_hand


def own_settings(config: Path) -> Path:
    """The file beside a configuration with the settings of who serves it."""
    return config.with_suffix(f".own{config.suffix}")


def with_own(config: Path, content: str) -> str:
    """A whole configuration, with the own settings that stand beside its file; as it is where there are none.

    Raises StoreError where these cannot be read, or are of other parts than those that are written by hand; and where
    the file itself lacks one of these.
    """
    own = own_settings(config)
    if lacking := sorted(BY_HAND - yaml.safe_load(content).keys()):
        raise StoreError(
            "configuration {path}: lacks {lacking}; put these back from another configuration, or remove the file and "
            "publish again",
            path=config, lacking=", ".join(lacking),
        )  # fmt: skip
    if not own.is_file():
        return content
    wanted = _yaml(own)
    if wrong := sorted(wanted.keys() - BY_HAND):
        raise StoreError(
            "configuration {path}: has {wrong}; own settings are of {known}",
            path=own, wrong=first_few(wrong), known=", ".join(sorted(BY_HAND)),
        )  # fmt: skip
    return yaml.safe_dump(_merged(yaml.safe_load(content), wanted), sort_keys=False, allow_unicode=True)


def _merged(before: Any, after: Any) -> Any:
    """The sections of both; a value or list of the second goes before that of the first."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after
    return {**before, **{name: _merged(before.get(name), one) for name, one in after.items()}}


def is_current(config: Path, wanted: Resources) -> bool:
    """Whether the file's `resources` are these."""
    return _written(config) == wanted


def difference(config: Path, wanted: Resources) -> Message | None:
    """How the file's `resources` differ from these; None where they do not."""
    written = _written(config)
    lacking = sorted(wanted.keys() - written.keys())
    stale = sorted(name for name in wanted.keys() & written.keys() if wanted[name] != written[name])
    surplus = sorted(written.keys() - wanted.keys())
    parts = []
    if lacking:
        parts.append(message("it lacks {names}", names=first_few(lacking, 5)))
    if stale:
        parts.append(message("it has gone stale on {names}", names=first_few(stale, 5)))
    if surplus:
        parts.append(message("it still has {names}", names=first_few(surplus, 5)))
    return joined(", ", parts) if parts else None


def _written(config: Path) -> Mapping[str, Any]:
    return _yaml(config).get("resources") or {} if config.exists() else {}


def _yaml(config: Path) -> Mapping[str, Any]:
    """What a file says. Raises StoreError where it is not YAML with sections."""
    try:
        content = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
        why = "" if isinstance(content, Mapping) else say("it has no sections")
    except (OSError, ValueError, yaml.YAMLError) as fault:
        why = str(fault)
    if why:
        raise StoreError(
            "configuration {path}: cannot be read: {fault}; correct it, or remove it and publish again",
            path=config, fault=why,
        )  # fmt: skip
    return content
