"""Where readers find the service, as a proxy says that passes their requests on: by `X-Forwarded-Proto`, `-Host` and
`-Prefix`, each in the place of that part of ZICHT_URL.

Anybody can send these, and links would lead where they say: so only an address that is declared (ZICHT_PROXIES) is
believed. A proxy adds its own behind what a reader sent, so that the last value counts.
"""

import re
from collections.abc import Sequence
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from geo.errors import ServeError
from services.ogc.questions.problems import Problem

PARTS = {
    "proto": re.compile(r"https?"),
    "host": re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"),
    "prefix": re.compile(r"(/[A-Za-z0-9._~-]+)*/?"),
}
"""What each header may say."""


class Proxies:
    """Addresses, or networks of addresses, that are believed. Raises ServeError for one that is none."""

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        try:
            self._networks = [ip_network(one, strict=False) for one in addresses]
        except ValueError as fault:
            raise ServeError(
                "ZICHT_PROXIES: {fault}; write addresses or networks such as 10.0.0.0/8, separated by commas",
                fault=str(fault),
            ) from None

    def site(self, scope: Scope, known: str) -> str:
        """Where the reader of this request finds the service: at `known` where no proxy that is believed says more.

        Raises Problem where one says what is no address.
        """
        if not self._networks or not self._believed(scope.get("client")):
            return known
        base, said = urlsplit(known), partial(_said, Headers(scope=scope))
        scheme, host, path = said("proto") or base.scheme, said("host") or base.netloc, said("prefix") or base.path
        return f"{scheme}://{host}{path}".rstrip("/")

    def _believed(self, client: tuple[str, int] | None) -> bool:
        if not client:
            return False
        address = ip_address(client[0].partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in one for one in self._networks)


def _said(headers: Headers, part: str) -> str:
    """What the proxy says of a part; "" where it says nothing."""
    name = f"X-Forwarded-{part.capitalize()}"
    value: str = ",".join(headers.getlist(name)).rpartition(",")[2].strip()
    if value and not PARTS[part].fullmatch(value):
        raise Problem(400, f"{name} {value[:100]!r} cannot be read; let the proxy send it as it is in addresses")
    return value
