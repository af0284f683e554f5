"""Listening at an address: the sockets of it, and where a browser finds them."""

from __future__ import annotations

import errno
import socket
from typing import Final

from tapehawk.core.errors import BadInput, TryAgain

ANOTHER_PORT: Final = "--port takes another, and so does SCANNER_PORT"


def sockets(host: str, port: int, *, hint: str = ANOTHER_PORT) -> list[socket.socket]:
    """Listen at every address of a host. Raises TryAgain for a port that is taken, BadInput for no address of ours.

    `hint`: how another port is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise BadInput(f"{host!r} is no address of this machine", hint="localhost, 0.0.0.0 or an address") from error
    made: list[socket.socket] = []
    trouble: OSError | None = None
    for family, kind, protocol, _, address in found:
        one = socket.socket(family, kind, protocol)
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(2048)
        except OSError as error:
            one.close()
            trouble = error
        else:
            one.setblocking(False)  # noqa: FBT003  its only form
            made.append(one)
    taken = trouble is not None and trouble.errno == errno.EADDRINUSE
    if made and not taken:
        return made
    for one in made:
        one.close()
    if taken:
        raise TryAgain(f"port {port} of {host} is taken by another program", hint=hint)
    raise BadInput(f"can't listen at {host}, port {port}: {trouble.strerror if trouble else 'no address'}")


def url_of(host: str, port: int) -> str:
    """Return where a browser on this machine finds a service that listens at an address."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
