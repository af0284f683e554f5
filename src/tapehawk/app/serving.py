"""Running the service: what would be unsafe is refused, the tables are brought up to date, uvicorn goes in front.

    one process    the application of a house that is made here
    several        each makes its own house of the settings; they are handed on by the environment, secrets stay there

SIGTERM: no new connections, open requests end, workers stop, exit 0. Ctrl-C the same, and 130.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import ChangeReload, Multiprocess

from tapehawk.app.house import PORTS, SERVICES, House
from tapehawk.app.listening import sockets, url_of
from tapehawk.app.logs import logging_of
from tapehawk.app.safety import check
from tapehawk.app.settings import BUILT_IN, Settings, settings
from tapehawk.app.store_lock import alone
from tapehawk.app.welcoming import welcome_link
from tapehawk.records.migrating import need_current, revision_of, upgrade

APPLICATION: Final = "tapehawk.api.app"
"""The module whose `build` and `made` uvicorn serves; entry points do not import each other."""
WIRE: Final = "tapehawk.api.sockets.wire"
"""The module that says how uvicorn serves sockets."""
CHOSEN: Final = "TAPEHAWK_SERVICES"
"""By which a process that serves several tells its children which services they run."""

Say = Callable[[str], None]


def serve(known: Settings, services: Collection[str] = SERVICES, *, port: int | None = None, say: Say = print) -> None:
    """Serve until interrupted. Raises BadInput for what is unsafe (`safety`), TryAgain for a taken port."""
    known = at_port(known, services, port)
    house = House(known, tuple(services))
    check(house)
    with ExitStack() as held:
        held.enter_context(logging_of(known.api))
        listening = [held.enter_context(closing(one)) for one in sockets(known.api.host, known.api.port)]
        held.enter_context(nullcontext() if house.database.is_shared else alone(known.store))
        ready(house)
        signal.signal(signal.SIGTERM, _told_to_end)
        if known.api.reload or known.api.workers > 1:
            house.close()
            held.enter_context(_handed_on(known, services))
            _several(known, listening, say)
        else:
            _One(_config(known, importlib.import_module(APPLICATION).build(house)), house, say).run(listening)


def at_port(known: Settings, services: Collection[str], port: int | None) -> Settings:
    """Return settings with the port to listen on: the one given or set, else the one of a service that runs alone."""
    if port is None and len(services) == 1 and known.setting("api", "port").origin == BUILT_IN:
        port = PORTS.get(next(iter(services)))
    if port is None:
        return known
    return replace(known, environment={**known.environment, "SCANNER__API__PORT": str(port)})


def house_here(environment: Mapping[str, str] = os.environ) -> House:
    """Return the house of a process that another one started to serve."""
    if parent := multiprocessing.parent_process():
        Thread(target=_end_with, args=(parent,), daemon=True).start()
    known = settings(environment=environment)
    house, logs = House(known, tuple(environment[CHOSEN].split(","))), ExitStack()
    logs.enter_context(logging_of(known.api))
    house.close_last(logs.close)
    return house


def _end_with(parent: BaseProcess) -> None:
    """End as if told to once the process is gone that started this one, killed perhaps: nobody would end it."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def ready(house: House) -> None:
    """Bring an embedded database's tables up to date; a shared one is upgraded by who runs it."""
    if house.database.is_shared:
        need_current(house.database)
    else:
        upgrade(house.database)


def upgraded(known: Settings) -> tuple[str | None, str | None]:
    """Bring the settings' database up to date; return its revision before and now."""
    database = House(known).database
    with closing(database):
        before = revision_of(database)
        upgrade(database)
        return before, revision_of(database)


def _config(known: Settings, application: object) -> uvicorn.Config:
    api = known.api
    return uvicorn.Config(
        application,  # type: ignore[arg-type]  # an application, or the name of what makes it
        factory=isinstance(application, str),
        workers=api.workers,
        reload=api.reload,
        reload_dirs=[str(Path(__file__).parents[1])] if api.reload else None,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        **importlib.import_module(WIRE).OPTIONS,
        forwarded_allow_ips=list(api.trusted_proxies),
        timeout_graceful_shutdown=api.shutdown_seconds,
        timeout_worker_healthcheck=30,  # a child that scans on both cores is busy, not dead
    )


class _One(uvicorn.Server):
    """A server that says when it listens, and tells the house as soon as it is told to end."""

    def __init__(self, config: uvicorn.Config, house: House, say: Say) -> None:
        super().__init__(config)
        self._house, self._say = house, say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _greet(self._house.known, self._house.services, self._say)
            if link := await asyncio.to_thread(welcome_link, self._house):
                self._say(f"\nThis link, good once, makes you the owner:\n\n    {link}\n")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._house.ending.set()
        super().handle_exit(sig, frame)


def _several(known: Settings, listening: list[socket.socket], say: Say) -> None:
    config = _config(known, f"{APPLICATION}:made")
    _greet(known, (), say)
    if known.api.reload:
        ChangeReload(config, target=uvicorn.Server(config).run, sockets=listening).run()
    else:
        Multiprocess(config, sockets=listening).run()


def _handed_on(known: Settings, services: Collection[str]) -> tempfile.TemporaryDirectory[str]:
    """Tell processes to come what they serve; their counts are added up in a folder that ends with this process."""
    os.environ[CHOSEN] = ",".join(services)
    os.environ["SCANNER__API__PORT"] = str(known.api.port)
    if known.file.path.exists():
        os.environ["SCANNER_CONFIG"] = str(Path(known.file.path).resolve())
    counts = tempfile.TemporaryDirectory(prefix="tapehawk-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts.name
    return counts


def _greet(known: Settings, services: Collection[str], say: Say) -> None:
    address = url_of(known.api.host, known.api.port)
    some = "" if len(services) in {0, len(SERVICES)} else f" ({', '.join(services)})"
    processes = f" in {known.api.workers} processes" if known.api.workers > 1 else ""
    say(f"Tapehawk answers at {address}{some}{processes}. Its API: {address}/docs. Ctrl-C ends it.")


def _told_to_end(_signal: int, _frame: Any) -> None:  # noqa: ANN401  the interpreter's own
    """Do nothing: uvicorn has ended by then, and raises the signal again for who may wait for it."""
