"""A proxy's configuration for services that run apart, from the table that says which service answers which path.

The routes of each service are a tree of path segments. A branch that only one service has becomes one `location`;
where services share a branch, the ones above it do. So the configuration can't know a path that no service has, nor
miss one that a service has.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tapehawk.app.house import PORTS, SERVICES
from tapehawk.app.settings import Settings
from tapehawk.core.errors import BadInput

SURFACES: Final = "tapehawk.api.surfaces"
"""Which service answers which path; entry points are not imported from here but by name."""
FIRST: Final = "scanner"
"""The service that answers what all do, and the web app."""


@dataclass(frozen=True)
class Front:
    """Where nginx listens. `certificate` and `key`: files of TLS, both or neither."""

    listen: int | None = None
    server_name: str = "_"
    certificate: Path | None = None
    key: Path | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Where a service runs, `host:port`, if not on this machine at its own port."""

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise BadInput("TLS needs a certificate and its key", hint="--certificate FILE --key FILE")
        if any(mark in f"{self.server_name}{self.certificate or ''}{self.key or ''}" for mark in ";{}\n\"'"):
            raise BadInput("a name or file that nginx would read as more than that", hint="leave out ; { } and quotes")

    @property
    def port(self) -> int:
        """The port."""
        return self.listen or (443 if self.certificate else 80)


def nginx_configuration(known: Settings, front: Front) -> str:
    """Return a file for nginx's `http` block."""
    api = known.api
    parts = {
        "upstreams": "\n".join([*(_upstream(name, front) for name in SERVICES), _any(front)]),
        "listen": f"{front.port}{' ssl' if front.certificate else ''}",
        "server_name": front.server_name,
        "tls": _TLS.format(certificate=front.certificate, key=front.key) if front.certificate else "",
        "body": api.max_body_bytes,
        "patience": api.timeout + 10,
        "problems": "\n".join(_problem(*one, body=api.max_body_bytes) for one in _PROBLEMS),
        "locations": "\n".join(_location(path, name) for path, name in sorted(prefixes().items())),
        "first": FIRST,
    }
    text = _CONFIGURATION
    for name, value in parts.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def prefixes() -> dict[str, str]:
    """Return the shortest path prefixes that tell the services apart, each with its service."""
    table = importlib.import_module(SURFACES)
    paths = {name: [str(one.path) for one in table.routes(name)] for name in SERVICES}
    paths[FIRST] += [path for one in table.routes_of_all() if (path := str(one.path)) != "/"]  # the rest is FIRST's
    return apart(paths)


def apart(paths: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return prefixes by which paths of several owners are told apart. Raises ValueError where they can't be."""
    return dict(_branch("", [(path.split("/")[1:], name) for name, all_ in paths.items() for path in all_]))


def _branch(above: str, waiting: list[tuple[list[str], str]]) -> Iterator[tuple[str, str]]:
    branches: dict[str, list[tuple[list[str], str]]] = {}
    for (first, *rest), owner in waiting:
        branches.setdefault(first, []).append((rest, owner))
    for first, inside in branches.items():
        here, owners = f"{above}/{first}", {owner for _, owner in inside}
        ends = [owner for rest, owner in inside if not rest]
        if first.startswith("{"):
            raise ValueError(f"{here}: a part that varies stands where services must be told apart")
        if len(owners) == 1:
            yield here, owners.pop()
            continue
        if ends:
            raise ValueError(f"{here} is answered by one service and begins the paths of another")
        yield from _branch(here, inside)


def _upstream(name: str, front: Front) -> str:
    return f"upstream tapehawk_{name} {{ server {_host(name, front)} max_fails=0; keepalive 32; }}"


def _any(front: Front) -> str:
    """Return who says how everything is: FIRST, while it is away whoever is there."""
    first, *rest = sorted(SERVICES, key=lambda name: name != FIRST)
    servers = [f"server {_host(first, front)} max_fails=0;"]
    servers += [f"server {_host(name, front)} max_fails=0 backup;" for name in rest]
    return f"upstream tapehawk_any {{ {' '.join(servers)} }}"


def _host(name: str, front: Front) -> str:
    return front.hosts.get(name, f"127.0.0.1:{PORTS[name]}")


def _location(path: str, name: str) -> str:
    return f"    location {path} {{ proxy_pass http://tapehawk_{name}; }}"


def _problem(name: str, status: int, title: str, detail: str, *, body: int) -> str:
    """Return a place that answers as the services do (api/problems.py)."""
    said = {"type": "about:blank", "title": title, "status": status, "error": title, "detail": detail.format(body=body)}
    said |= {"timestamp": "$time_iso8601", "request_id": "$request_id"}
    later = " add_header Retry-After 5 always;" if status in {429, 503} else ""
    answer = f"default_type application/problem+json;{later} return {status} '{json.dumps(said)}';"
    return f"    location @{name} {{ {answer} }}"


_PROBLEMS: Final = (
    ("too_large", 413, "Too large", "a body may have {body:,} bytes at most"),
    ("too_long", 414, "Address too long", "an address may have 8,192 bytes at most"),
    ("too_many", 429, "Too many requests", "too many connections from one address"),
    ("away", 503, "Try again later", "the service behind this address does not answer"),
)
_TLS: Final = """\
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tapehawk:10m;
"""
_CONFIGURATION: Final = """\
# Tapehawk's services behind one address. Written by `scanner deploy nginx`; belongs into nginx's http block.
# Each service must believe this proxy: SCANNER__API__TRUSTED_PROXIES=127.0.0.1

@upstreams@

map $http_upgrade $tapehawk_connection { default upgrade; "" ""; }
limit_conn_zone $binary_remote_addr zone=tapehawk_addresses:10m;

server {
    listen @listen@;
    server_name @server_name@;
@tls@    server_tokens off;

    client_max_body_size @body@;
    client_header_timeout 15s;
    client_body_timeout 30s;
    large_client_header_buffers 4 16k;
    limit_conn tapehawk_addresses 200;
    limit_conn_status 429;

    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $tapehawk_connection;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_connect_timeout 5s;
    proxy_read_timeout @patience@s;
    proxy_send_timeout @patience@s;
    # Answers are buffered, which frees a service of slow readers; a socket never is, and a stream of events says so
    # itself (X-Accel-Buffering).

    error_page 413 = @too_large;
    error_page 414 = @too_long;
    error_page 429 = @too_many;
    error_page 502 504 = @away;
@problems@

@locations@
    location = /api/health { proxy_pass http://tapehawk_any; }
    location / { proxy_pass http://tapehawk_@first@; }
}
"""
