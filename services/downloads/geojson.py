"""features(): what a page of GeoJSON holds, or None where it is no page: checked once for all services that send it."""

from typing import Any

RawFeature = dict[str, Any]


def features(page: Any) -> list[RawFeature] | None:
    """The features of a page, each with properties by name or none at all; None for anything else."""
    found = page.get("features") if isinstance(page, dict) else None
    return found if isinstance(found, list) and all(map(_is_feature, found)) else None


def links(page: RawFeature) -> list[dict[str, Any]]:
    """The links of a page, without what is none."""
    found = page.get("links")
    return [link for link in found if isinstance(link, dict)] if isinstance(found, list) else []


def _is_feature(found: object) -> bool:
    return isinstance(found, dict) and isinstance(found.get("properties"), dict | None)
