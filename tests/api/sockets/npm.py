"""The npm client of Socket.IO, run by Node; installed once, where caches are, by its lock file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from tempfile import mkdtemp
from typing import Any

HERE = Path(__file__).parents[1] / "socketio_client"
NODE, NPM = shutil.which("node"), shutil.which("npm")
PATIENCE = 60.0


def installed() -> Path:
    """Return the folder of the installed client."""
    files = [HERE / name for name in ("package.json", "package-lock.json", "client.mjs")]
    name = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tapehawk-tests"
    there = caches / f"socketio-{name}"
    if not there.exists():
        caches.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(dir=caches))
        for file in files:
            shutil.copy(file, aside)
        subprocess.run([NPM, "ci", "--no-audit", "--no-fund", "--silent"], cwd=aside, check=True, timeout=240)
        try:
            aside.rename(there)
        except OSError:  # another process was faster
            shutil.rmtree(aside)
    return there


class Browser:
    """A client. `heard`: what it hears, in order: an event and its data."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self._lines = process, Queue[str]()
        threading.Thread(target=self._read, daemon=True).start()

    def heard(self) -> tuple[str, Any]:
        event, data = json.loads(self._lines.get(timeout=PATIENCE))
        return event, data

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)


@contextmanager
def browser(port: int, **options: Any) -> Iterator[Browser]:
    """Hold a client of the service on a port."""
    command = [NODE, "client.mjs", f"http://127.0.0.1:{port}", json.dumps(options)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=installed(), **pipes) as process:
        try:
            yield Browser(process)
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
