"""fetch_newest(): the newest GeoPackage of an atom feed of PDOK, checked against what the feed says of it.

What is known of the feeds:

- The address of a product gives an index. It names the files itself, or the feeds of data sets that name them.
- A year has several files, of which the number of the version (`_v1`, `_v2`) says which is newest; the first had none.
  `_v10` is newer than `_v9`, though it sorts before it. The date says which is newest only where the number does not.
- A link has a `length`, and a `hash` as `sha-256:...` or `md5:...`, or neither. Feed and file may be replaced
  one after the other: a file that differs from its feed is removed, and so is the feed, so that a next try gets both.
"""

import hashlib
import re
import xml.etree.ElementTree as ET  # expat stops an entity that grows (since 2.4), and ET opens no other file
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from geo.errors import SourceError
from geo.messages import Message, message
from services.http.client import Client
from services.http.download import Download, download
from services.http.progress import OnProgress

FILES = "files"
"""The folder of files in the client's cache."""
ATOM = "{http://www.w3.org/2005/Atom}"
VERSION = re.compile(r"_v(\d+)\.gpkg$", re.IGNORECASE)
GEOPACKAGE = re.compile(r"[^\s?#\[\]]+\.gpkg(?:[?#].*)?", re.IGNORECASE)
"""An address of a GeoPackage, without what no address has."""
LENGTH = re.compile("[0-9]{1,15}")
CHECKSUMS = frozenset({"md5", "sha1", "sha256", "sha512"})


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A GeoPackage that a feed names, and what the feed says of it: date, length and checksum (`md5:d41d8c...`)."""

    url: str
    updated: str
    length: int | None
    checksum: str | None

    @property
    def newness(self) -> tuple[int, str]:
        """The number of its version (`_v1`, none is older), then its date."""
        version = VERSION.search(urlsplit(self.url).path)
        return (int(version[1]) if version else -1, self.updated)


def fetch_newest(client: Client, url: str, on_progress: OnProgress) -> Path:
    """The path of the newest GeoPackage of the feed at `url`, in the client's cache.

    Raises SourceError where the feed names none, and where the file is not what the feed says of it.
    """
    offered = newest(client, url)
    client.link(url, offered.url)
    path = client.folder / FILES / Path(urlsplit(offered.url).path).name
    done = download(
        client, offered.url, path, lambda count, whole: on_progress(path.name, count, whole or offered.length)
    )
    if difference := _difference(path, done, offered):
        if not client.offline:
            path.unlink()
            client.discard(url)
        raise SourceError(
            "{url}: {difference}; it came in wrong, or was replaced just now: try again",
            url=offered.url, difference=difference,
        )  # fmt: skip
    return path


def newest(client: Client, url: str) -> OfferedFile:
    """The newest GeoPackage of the feed at `url`, or of the feeds that it names. Raises SourceError for none."""
    tree = _feed(client, url)
    offered = _offered(tree, url)
    if not offered:
        links = [link.get("href", "") for link in tree.iter(f"{ATOM}link") if _is_feed(link)]
        feeds = dict.fromkeys(client.link(url, link) for link in links)
        offered = [file for feed in feeds if feed != url for file in _offered(_feed(client, feed), feed)]
    if not offered:
        raise SourceError(
            "{url}: names no GeoPackage; look in it for the file, and put that in the data folder", url=url
        )
    return max(offered, key=lambda file: file.newness)


def _feed(client: Client, url: str) -> ET.Element:
    try:
        return ET.fromstring(client.get(url).body)  # noqa: S314  # see the import
    except (ET.ParseError, LookupError, ValueError) as fault:  # the latter two of an encoding that expat does not read
        client.discard(url)
        raise SourceError(
            "{url}: not a feed, or one that stops half-way: {fault}; try again later", url=url, fault=fault
        ) from None


def _is_feed(link: ET.Element) -> bool:
    """Whether a link leads to the feed of a data set."""
    return "atom" in link.get("type", "") and link.get("rel", "alternate") in {"alternate", "describedby"}


def _offered(tree: ET.Element, base: str) -> list[OfferedFile]:
    return [
        OfferedFile(
            urljoin(base, href), entry.findtext(f"{ATOM}updated", ""),
            int(length) if LENGTH.fullmatch(length := link.get("length", "")) else None, link.get("hash"),
        )
        for entry in tree.iter(f"{ATOM}entry")
        for link in entry.iter(f"{ATOM}link")
        if GEOPACKAGE.fullmatch(href := link.get("href", ""))
    ]  # fmt: skip


def _difference(path: Path, done: Download, offered: OfferedFile) -> Message | None:
    """What differs from what the feed says; None where nothing does, or the feed says nothing of it."""
    if offered.length is not None and offered.length != done.bytes:
        return message("{count} bytes where its feed says {length}", count=done.bytes, length=offered.length)
    kind, _, expected = (offered.checksum or "").lower().replace("sha-", "sha").partition(":")
    if kind not in CHECKSUMS:
        return None
    with path.open("rb") as file:
        computed = hashlib.file_digest(file, kind).hexdigest()
    if computed == expected.strip():
        return None
    return message(
        "its {kind} is {computed} where its feed says {expected}", kind=kind, computed=computed, expected=expected
    )
