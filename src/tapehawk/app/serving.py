"""Running the service: a house for this process, its tables brought up to date, uvicorn in front."""

from __future__ import annotations

import sys
from collections.abc import Collection

import uvicorn

from tapehawk.accounts.visitor import is_loopback
from tapehawk.app.house import SERVICES, House
from tapehawk.app.settings import Settings
from tapehawk.app.welcoming import welcome_link
from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.records.migrating import need_current, upgrade

APPLICATION = "tapehawk.api.app:build"
"""What uvicorn serves; entry points do not import each other."""
WIRE = "tapehawk.api.sockets.wire"
"""How it serves sockets."""


def serve(known: Settings, services: Collection[str] = SERVICES, *, port: int | None = None) -> None:
    """Serve until interrupted. Raises BadInput for what would be unsafe: see `checked`."""
    house = House(known, tuple(services))
    check(house)
    ready(house)
    if link := welcome_link(house, port=port):
        sys.stdout.write(f"\nThis link, good once, makes you the owner:\n\n    {link}\n\n")
        sys.stdout.flush()
    from importlib import import_module

    build = import_module(APPLICATION.partition(":")[0]).build
    uvicorn.run(
        build(house),
        **import_module(WIRE).OPTIONS,
        host=known.api.host,
        port=port or known.api.port,
        log_config=None,
        server_header=False,
        access_log=False,
    )


def check(house: House) -> None:
    """Raise BadInput for a service that does not exist, or an address that others reach with a secret kept here."""
    for name in house.services:
        if name not in SERVICES:
            raise UnknownName("service", name, SERVICES)
    api = house.known.api
    if not is_loopback(api.host) and not api.jwt_secret.get_secret_value():
        hint = "set JWT_SECRET (32 bytes or more), or listen on localhost"
        raise BadInput(f"others reach {api.host}, and no secret of yours signs the tokens", hint=hint)


def ready(house: House) -> None:
    """Bring an embedded database's tables up to date; a shared one is upgraded by who runs it."""
    if house.database.is_shared:
        need_current(house.database)
    else:
        upgrade(house.database)
