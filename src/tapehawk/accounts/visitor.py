"""From where somebody asks: the address, the program, and whether that is the owner's own machine.

Who asks *at home* may be let in without a token (`auth = loopback-open`), so the word is strict: a connection from this
machine, to a name of this machine, through no proxy, and of no web page that came from elsewhere. The last two keep out
what a browser can be tricked into: a page of another site that posts here, and a name of theirs that resolves to us.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

OF_PROXIES: Final = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")
FORWARDED: Final = "x-forwarded-"
"""Headers that only a proxy sends, and what the names of others begin with."""


@dataclass(frozen=True)
class Visitor:
    """From where is asked. `proxied`: through a proxy that says so; `at_home`: see above."""

    ip: str = ""
    user_agent: str = ""
    proxied: bool = False
    at_home: bool = False

    @property
    def network(self) -> str:
        """What is counted as one address: of IPv6 the /64 that one subscriber is given."""
        try:
            address = ipaddress.ip_address(self.ip)
        except ValueError:
            return self.ip
        return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else self.ip


def visitor(ip: str, headers: Mapping[str, str]) -> Visitor:
    """Return who asks from an address with these headers (of any case)."""
    said = {name.lower(): value for name, value in headers.items()}
    proxied = any(name in OF_PROXIES or name.startswith(FORWARDED) for name in said)
    ours = is_loopback(ip) and not proxied and is_loopback(_host(f"//{said.get('host', '')}"))
    return Visitor(ip[:45], said.get("user-agent", "")[:256], proxied, ours and _is_own_page(said))


def is_loopback(host: str) -> bool:
    """Say whether an address or a name is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _is_own_page(said: Mapping[str, str]) -> bool:
    """Say whether no web page asks, or one that this machine served."""
    if said.get("sec-fetch-site", "none") not in ("none", "same-origin", "same-site"):
        return False
    return "origin" not in said or is_loopback(_host(said["origin"]))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
