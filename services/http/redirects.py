r"""Where an answer may lead: what redirects and links to next pages may be followed.

To the same host, from http to https, and to hosts of the same organisation (CBS, PDOK); to any other only where it is
declared (ZICHT_HOSTS). A service that was taken over, or a page that a proxy sends, must not lead a municipality's
fetch to a stranger whose figures would be published in the name of CBS.

The host is read by the parser that sends the request (urllib3): that of the standard library takes `opendata.cbs.nl`
for the host of `https://evil.example\@opendata.cbs.nl/`, which is asked of evil.example.
"""

from collections.abc import Collection
from urllib.parse import urljoin

from urllib3.util import parse_url

from geo.errors import SourceError

ORGANISATIONS = ("cbs.nl", "pdok.nl", "politie.nl")
"""Domains all of whose hosts are of one organisation."""


def followed(url: str, link: str, declared: Collection[str] = ()) -> str:
    """The absolute address that `link` in the answer of `url` leads to; `declared` are hosts that may be followed.

    Raises SourceError where it may not.
    """
    try:
        target = urljoin(url, link)
        before, after = parse_url(url), parse_url(target)
    except ValueError:
        raise SourceError(
            "{url}: leads to {target!r}, which is no address; correct the address in its declaration",
            url=url, target=link,
        ) from None  # fmt: skip
    ours, theirs = before.host or "", after.host or ""
    if after.scheme not in {"http", "https"} or (before.scheme, after.scheme) == ("https", "http"):
        raise SourceError(
            "{url}: leads to {target}, which is not https; correct the address in its declaration",
            url=url, target=target,
        )  # fmt: skip
    if ours == theirs or theirs in declared or any(_below(ours, one) and _below(theirs, one) for one in ORGANISATIONS):
        return target
    raise SourceError(
        "{url}: leads to another host, {target}; correct the address in its declaration, or let it be followed with "
        "ZICHT_HOSTS={host}",
        url=url, target=target, host=theirs,
    )  # fmt: skip


def _below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
