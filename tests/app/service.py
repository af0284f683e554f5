"""The service as a process of its own: `scanner serve`, on a free port, with a home of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import httpx2

from tests.bus.servers import free_port

SCANNER = Path(sys.executable).with_name("scanner")


def wait_until(is_so: Callable[[], object], seconds: float = 90) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


class Service:
    """`scanner serve SERVICES…`. What it says is in `said` (standard error) and `log` (standard output).

    `program`: what is run in place of `scanner`.
    """

    program: tuple[str | Path, ...] = (SCANNER,)

    def __init__(self, folder: Path, *services: str, port: int | None = None, **environment: str) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._services = services
        self._files = folder / f"said-{self.port}.txt", folder / f"log-{self.port}.txt"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCANNER_")},
            "SCANNER_DATA_DIR": str(folder / "store"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "SCANNER_HOST": "127.0.0.1",
            **environment,
        }

    @property
    def said(self) -> str:
        return self._files[0].read_text()

    @property
    def log(self) -> str:
        return self._files[1].read_text()

    def start(self) -> Self:
        """Start it; do not wait."""
        with self._files[0].open("w") as said, self._files[1].open("w") as log:
            command = [*self.program, "serve", *self._services, "--port", str(self.port)]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=said)
        return self

    def wait(self) -> Self:
        """Wait until it answers."""
        until = time.monotonic() + 60
        while True:
            try:
                if httpx2.get(f"{self.url}/api/health/live", timeout=5, trust_env=False).status_code == 200:
                    return self
            except httpx2.HTTPError:
                pass
            assert self.process.poll() is None, self.said + self.log
            assert time.monotonic() < until, self.said + self.log
            time.sleep(0.05)

    def wait_for(self, words: str) -> None:
        """Wait until the log holds some words."""
        until = time.monotonic() + 60
        while words not in self.log:
            assert time.monotonic() < until, self.log
            time.sleep(0.02)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)

    def __enter__(self) -> Self:
        try:
            return self.start().wait()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)
