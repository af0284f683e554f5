"""What goes on behind the requests: for each service, functions that work until they are told to stop."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final, TypeAlias

from tapehawk.app.house import House

Worker: TypeAlias = Callable[[House, Event], None]

WORKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "scanner": ("job_worker:work", "scheduling:schedule", "quick_rounds:make_ready", "live_desk:work"),
    "records": (),
    "notifications": ("notifying:listen", "notifying:send", "notifying:send"),
    "market-data": (),
    "auth": (),
}
"""By service, `module:function` of this package; imported where they run."""
EVERYWHERE: Final = ("installation:beat",)
"""Those of every process."""

AGAIN_AFTER: Final = 5.0
"""Seconds until a worker that failed is begun anew."""
_log = logging.getLogger("tapehawk.workers")


@contextmanager
def working(house: House) -> Iterator[None]:
    """Hold the workers of a house's services meanwhile."""
    stop = Event()
    threads = [Thread(target=_kept_up, args=(name, house, stop), name=name) for name in _names(house)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _names(house: House) -> list[str]:
    return [*EVERYWHERE, *(name for service, names in WORKERS.items() if service in house.services for name in names)]


def _kept_up(name: str, house: House, stop: Event) -> None:
    """Run a worker, and again when it fails: what ends it is logged and ends nothing else."""
    module, _, function = name.partition(":")
    work: Worker = getattr(importlib.import_module(f"tapehawk.app.{module}"), function)
    while not stop.is_set():
        try:
            work(house, stop)
        except Exception as error:  # noqa: BLE001  the outermost loop of a worker
            house.troubles[name] = type(error).__name__
            _log.exception("a worker failed", extra={"worker": name})
        if not stop.wait(AGAIN_AFTER):
            house.troubles.pop(name, None)
