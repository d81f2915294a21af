"""An atom feed of downloads, as PDOK has them: which GeoPackage in it is the newest, fetched and checked."""

import hashlib
import re
import xml.etree.ElementTree as ET  # expat stops an entity that grows (since 2.4), and ET opens no other file
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from geo.errors import SourceError
from services.http.client import Client
from services.http.download import Download, download
from services.http.progress import OnProgress

FILES = "files"
"""Where files are kept in the client's folder."""
ATOM = "{http://www.w3.org/2005/Atom}"
VERSION = re.compile(r"_v(\d+)\.gpkg$", re.IGNORECASE)
CHECKSUMS = frozenset({"md5", "sha1", "sha256", "sha512"})


@dataclass(frozen=True, slots=True)
class Offered:
    """A GeoPackage that a feed names, and what the feed tells of it: date, length and checksum (`md5:d41d8c...`)."""

    url: str
    updated: str
    length: int | None
    checksum: str | None

    @property
    def newness(self) -> tuple[int, str]:
        """By the number of its version (`_v1`, none is older), then by its date."""
        version = VERSION.search(urlsplit(self.url).path)
        return (int(version[1]) if version else -1, self.updated)


def fetched(client: Client, url: str, on_progress: OnProgress) -> Path:
    """Where the newest GeoPackage of the feed at `url` is now, in the client's folder.

    Raises SourceError where the feed names none, and where what came in is not what the feed says of it.
    """
    offered = newest(client, url)
    path = client.folder / FILES / Path(urlsplit(offered.url).path).name
    done = download(
        client, offered.url, path, lambda so_far, whole: on_progress(path.name, so_far, whole or offered.length)
    )
    if wrong := _difference(path, done, offered):
        if not client.offline:
            path.unlink()
            client.forget(url)
        raise SourceError(f"{offered.url}: {wrong}; it came in wrong, or was replaced just now: try again")
    return path


def newest(client: Client, url: str) -> Offered:
    """The newest GeoPackage; an index names it itself, or names the feed of the data set that does."""
    tree = _feed(client, url)
    offered = _offered(tree, url)
    if not offered:
        inner = dict.fromkeys(urljoin(url, link.get("href", "")) for link in tree.iter(f"{ATOM}link") if _is_feed(link))
        offered = [one for feed in inner if feed != url for one in _offered(_feed(client, feed), feed)]
    if not offered:
        raise SourceError(f"{url}: names no GeoPackage; look in it for the file, and put that in the data folder")
    return max(offered, key=lambda one: one.newness)


def _feed(client: Client, url: str) -> ET.Element:
    try:
        return ET.fromstring(client.get(url).body)  # noqa: S314  # see the import
    except ET.ParseError as fault:
        client.forget(url)
        raise SourceError(f"{url}: not a feed, or one that stops half-way: {fault}; try again later") from None


def _is_feed(link: ET.Element) -> bool:
    """Whether a link leads to the feed of a data set."""
    return "atom" in link.get("type", "") and link.get("rel", "alternate") in {"alternate", "describedby"}


def _offered(tree: ET.Element, base: str) -> list[Offered]:
    return [
        Offered(
            urljoin(base, href), entry.findtext(f"{ATOM}updated", ""),
            int(length) if (length := link.get("length", "")).isdigit() else None, link.get("hash"),
        )
        for entry in tree.iter(f"{ATOM}entry")
        for link in entry.iter(f"{ATOM}link")
        if urlsplit(href := link.get("href", "")).path.lower().endswith(".gpkg")
    ]  # fmt: skip


def _difference(path: Path, done: Download, offered: Offered) -> str | None:
    """What is not as the feed says, where it says it."""
    if offered.length is not None and offered.length != done.bytes:
        return f"{done.bytes} bytes where its feed says {offered.length}"
    kind, _, wanted = (offered.checksum or "").lower().replace("sha-", "sha").partition(":")
    if kind not in CHECKSUMS:
        return None
    with path.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    return None if found == wanted.strip() else f"its {kind} is {found} where its feed says {wanted}"
