"""The licences of all in a list of components (CycloneDX): `python -m tests.supply.licences SBOM > FILE.csv`."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

UNKNOWN = "unknown: see the package"


def licences(sbom: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, version and licences of every component."""
    for one in sorted(sbom["components"], key=lambda one: str(one["name"]).lower()):
        named = [_name(entry) for entry in one.get("licenses", ())]
        yield one["name"], one.get("version", ""), " AND ".join(dict.fromkeys(filter(None, named))) or UNKNOWN


def _name(entry: Mapping[str, Any]) -> str:
    licence = entry.get("license", {})
    return str(entry.get("expression") or licence.get("id") or licence.get("name") or "")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as content:  # noqa: PTH123  # the one line that reads
        rows = list(licences(json.load(content)))
    csv.writer(sys.stdout).writerows([("package", "version", "licences"), *rows])
