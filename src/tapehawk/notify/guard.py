"""Which addresses a user may have us connect to: those of the public internet, unless the owner allows their network.

A name is looked up once, judged, and the very address that was judged is connected to (`line.py`): a name that answers
otherwise the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final, TypeAlias

from tapehawk.core.errors import NotAllowed, TryAgain

Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_EMBEDS: Final = ipaddress.ip_network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address
HINT: Final = "the owner of this service can allow it: notifications.allow_private"


def addresses_of(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the addresses of a host, each of which may be connected to.

    Raises NotAllowed where any of them is not of the public internet; TryAgain where the name is not known now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TryAgain("the address's name can't be looked up") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise NotAllowed("this address is in a private network", hint=HINT)
    return addresses


def need_public(host: str) -> None:
    """Raise NotAllowed for a host that is written as an address of a private network, or is this machine."""
    try:
        is_private = not is_public(host.strip("[]"))
    except ValueError:
        is_private = host.lower().rstrip(".").rpartition(".")[2] in ("localhost", "local", "internal")
    if is_private:
        raise NotAllowed("this address is in a private network", hint=HINT)


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet. Raises ValueError for what is no address."""
    ip = _innermost(ipaddress.ip_address(address.partition("%")[0]))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _innermost(ip: Ip) -> Ip:
    """Return the IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _EMBEDS:
        return ipaddress.IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
