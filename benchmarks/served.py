"""The service as a process of its own, with a bare FastAPI route beside it that returns the bytes it was last given."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
from fastapi import FastAPI, Request, Response

from benchmarks.market import folder

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tapehawk.app.house import House
    from tapehawk.records.users import User

BARE = "/bare"
TRIES = 600
UNLIMITED = {f"SCANNER__API__RATE_{kind}": "0" for kind in ("PER_USER", "PER_ADDRESS", "EXPENSIVE")}


def new_user(house: House) -> tuple[User, str]:
    """Return a new user, and an access token of theirs."""
    with house.database.write() as records:
        email = f"{secrets.token_hex(8)}@example.org"
        user = records.users.add(email=email, password_hash="", role="user", now=house.now())
        sign_in = records.sign_ins.add(user.id, now=house.now(), lasts=dt.timedelta(days=1))
    return user, house.tokens.signed(user.id, user.role, sign_in)


@contextmanager
def served(store: Path, **environment: str) -> Iterator[httpx2.Client]:
    """Run the service over a store meanwhile; yield a client that is signed in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ticket = folder(f"served_{port}") / "token"
    about = {
        "SCANNER_DATA_DIR": str(store),
        "DATABASE_URL": f"sqlite:///{ticket.with_name('records.db')}",
        "XDG_CONFIG_HOME": str(folder("config")),
        "SCANNER__STREAMING__QUICK_INTERVAL_MINUTES": "0",  # nothing goes on but what is asked
        **UNLIMITED,
    }
    command = [sys.executable, "-m", "benchmarks.served", str(port), str(ticket)]
    with subprocess.Popen(command, env={**os.environ, **about, **environment}) as process:
        try:
            _wait(port, ticket)
            address, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {ticket.read_text()}"}
            with httpx2.Client(base_url=address, headers=headers, timeout=120, trust_env=False) as client:
                yield client
        finally:
            process.terminate()


def _wait(port: int, ticket: Path) -> None:
    for _ in range(TRIES):
        with socket.socket() as tried:
            if ticket.exists() and tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the service does not start")


def serve(port: int, ticket: Path) -> None:
    """Serve both: whatever is around the service's requests is not around the bare route."""
    import uvicorn

    from tapehawk.api.app import build
    from tapehawk.app.house import House
    from tapehawk.app.settings import settings
    from tapehawk.records.migrating import upgrade

    house = House(settings())
    upgrade(house.database)
    ticket.write_text(new_user(house)[1])
    ours, bare, kept = build(house), FastAPI(), [b""]

    async def keep(request: Request) -> None:
        kept[0] = await request.body()

    def answer() -> Response:
        return Response(kept[0], media_type="application/json")

    bare.add_api_route(BARE, keep, methods=["PUT"], status_code=204)
    bare.add_api_route(BARE, answer, methods=["GET", "POST"])

    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (bare if scope.get("path") == BARE else ours)(scope, receive, send)

    uvicorn.run(both, host="127.0.0.1", port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
