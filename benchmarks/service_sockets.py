"""The service's sockets: 1,000 clients, each of whom hears 2 messages a second for a minute; one client never reads.

    the service (its own process) ──► two processes of 500 clients each, which note how long each message took

The service says updates of a live scan on its bus, five rows each, with the instant in them. Before, who never reads
is sent all that the system takes for it, and then nearly all that may wait in the service: it is closed some seconds
into the minute. After it the service says more and more of them, ten seconds at each rate, as long as all come and 99
of 100 come in time. The peer is a Starlette application that sends the same text to one client after another.
`python -m benchmarks.service_sockets 10` takes ten seconds instead of a minute. Who reads and who writes share the
machine's cores.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import psutil

from benchmarks.market import folder
from benchmarks.measure import Result
from benchmarks.served import new_user
from benchmarks.socket_load import CLOSE, PATH, frame_of, handshake
from tapehawk.api.sockets.closing import Close
from tapehawk.api.sockets.queues import MOST_WAITING

CLIENTS, LOADS, RATE, SECONDS, WITHIN = 1_000, 2, 2.0, 60.0, 0.250
STEP_SECONDS, SETTLED = 10.0, 2.0
SPARE = 5
"""Messages that may still wait for the stuck client when the minute begins: it is closed some seconds later."""
WAKES_AFTER = 10.0
"""Seconds after which the stuck client reads at last, to learn why it was closed."""
ROW = {"scanner": "breakout", "pattern": "resistance break", "direction": "BUY", "bar_time": "2026-11-20T15:00:00Z"}
ROW |= dict.fromkeys(("entry", "stop", "target1", "target2", "confidence", "score", "atr", "rvol"), 123.4567)


@dataclass(frozen=True)
class Heard:
    """What all clients heard in a run: seconds on the way, how many were to come, sockets that ended, CPU seconds.

    `in_time`: all was said when it was to be; a service that holds its speakers up has no such rate.
    """

    waits: np.ndarray[Any, np.dtype[np.float64]]
    expected: int
    ended: int
    cpu: float
    in_time: bool

    @property
    def p99(self) -> float:
        """Return within how many seconds 99 of 100 came."""
        return float(np.quantile(self.waits, 0.99)) if self.waits.size else float("inf")

    @property
    def whole(self) -> bool:
        """Say whether everybody heard everything, said in time."""
        return self.waits.size == self.expected and not self.ended and self.in_time


def results(seconds: float = SECONDS) -> Iterable[Result]:
    """Run the claims."""
    with _running("ours") as (ours, stuck):
        with stuck.told_after(min(seconds, WAKES_AFTER)):
            first = ours(RATE, seconds)
        best, rate = (RATE, first), RATE
        while best[1].whole and best[1].p99 <= WITHIN and rate < 1_000:
            rate = best[0] * 1.5
            found = ours(rate, STEP_SECONDS)
            if not (found.whole and found.p99 <= WITHIN):
                break
            best = rate, found
    with _running("bare") as (bare, _):
        peer = bare(RATE, min(seconds, STEP_SECONDS))
    yield Result(
        f"sockets: {CLIENTS:,} clients, {RATE:g} messages a second each for {seconds:g} s, one client stuck: p99",
        f"{first.p99 * 1e3:.0f} ms (median {np.median(first.waits) * 1e3:.0f} ms, longest "
        f"{first.waits.max() * 1e3:.0f} ms; {first.waits.size:,} of {first.expected:,} heard, {first.ended} dropped, "
        f"the stuck one with {stuck.code}; {first.cpu / seconds:.0%} CPU)",
        f"Starlette, one client after another: {peer.p99 * 1e3:.0f} ms",
        f"{peer.p99 / first.p99:.2f}×",
        f"≤ {WITHIN * 1e3:.0f} ms, none dropped, the stuck one with {Close.TOO_SLOW:d}",
        first.p99 <= WITHIN and first.whole and stuck.code == Close.TOO_SLOW,
    )
    yield Result(
        f"sockets: the highest rate at which {CLIENTS:,} clients hear all, p99 ≤ {WITHIN * 1e3:.0f} ms",
        f"{best[0]:.1f} messages a second each, {best[0] * CLIENTS:,.0f} in all ({best[1].cpu / STEP_SECONDS:.0%} CPU)",
        "–",
        "–",
        "reported",
    )


Run = Callable[[float, float], Heard]


@contextmanager
def _running(kind: str) -> Iterator[tuple[Run, Stuck]]:
    """Run a service of a kind, the loads and a stuck client; yields what says messages at a rate, and that client."""
    home = folder("service_sockets") / kind
    home.mkdir(parents=True, exist_ok=True)
    with _process("service_sockets", "serve", kind, str(home)) as service:
        served = _line(service)
        with Stuck(served) as stuck, ExitStack() as open:
            if kind == "ours":
                _asked(service, {"fill": MOST_WAITING - SPARE})  # before the others come, who would hear it too
            command = ("socket_load", json.dumps(served), str(CLIENTS // LOADS), str(home))
            loads = [open.enter_context(_process(*command)) for _ in range(LOADS)]
            for load in loads:
                _line(load)  # everybody listens

            def run(rate: float, seconds: float) -> Heard:
                before = sum(psutil.Process(service.pid).cpu_times()[:2])
                spoken = _asked(service, {"rate": rate, "seconds": seconds})
                used = sum(psutil.Process(service.pid).cpu_times()[:2]) - before
                time.sleep(SETTLED)
                found = [_asked(load, {}) for load in loads]
                waits = np.concatenate([np.load(one["waits"]) for one in found])
                ended, in_time = sum(one["ended"] for one in found), spoken["seconds"] <= 1.05 * seconds
                return Heard(waits, spoken["said"] * CLIENTS, ended, used, in_time)

            yield run, stuck


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(process.stdout.readline() if process.stdout else "")
    return said


def _asked(process: subprocess.Popen[str], question: dict[str, Any]) -> dict[str, Any]:
    print(json.dumps(question), file=process.stdin, flush=True)
    return _line(process)


class Stuck:
    """A client that opens a socket and does not read. `code`: with which it was closed, once it has been told."""

    def __init__(self, served: dict[str, Any]) -> None:
        self._line, self.code = socket.socket(), 0
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._line.connect(("127.0.0.1", served["port"]))
        self._line.sendall(handshake(served["port"], served["tokens"][0]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    @contextmanager
    def told_after(self, seconds: float) -> Iterator[None]:
        """Begin to read after so many seconds; at the end it has been told, or is not going to be."""
        timer = threading.Timer(seconds, self._read)
        timer.start()
        yield
        timer.join()

    def _read(self) -> None:
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._line.settimeout(STEP_SECONDS)
        data = bytearray()
        with suppress(OSError):
            while not self.code and (more := self._line.recv(1 << 16)):
                data += more
                if data.startswith(b"HTTP") and (end := data.find(b"\r\n\r\n")) >= 0:
                    del data[: end + 4]
                while (frame := frame_of(data)) is not None:
                    opcode, payload = frame
                    self.code = int.from_bytes(payload[:2]) if opcode == CLOSE else 0


# ------------------------------------------------------------------------------------------------- the service


def serve(kind: str, home: Path) -> None:
    """Serve, and say messages when asked to: a line in, a line out."""
    import uvicorn

    from tapehawk.api.sockets.wire import OPTIONS

    os.environ |= {"SCANNER_DATA_DIR": str(home), "SCANNER__API__MAX_SOCKETS_PER_USER": "1000"}
    app, say, tokens, waiting = _ours() if kind == "ours" else _bare()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, **OPTIONS))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "tokens": tokens}), flush=True)
    for asked in map(json.loads, sys.stdin):
        if "fill" in asked:
            _fill(say, waiting, asked["fill"])
            print(json.dumps({"waiting": waiting()}), flush=True)
            continue
        began, count = time.monotonic(), round(asked["rate"] * asked["seconds"])
        for number in range(count):
            time.sleep(max(0.0, began + number / asked["rate"] - time.monotonic()))
            say([{**ROW, "symbol": f"S{at}", "sent": time.monotonic_ns()} for at in range(5)])
        print(json.dumps({"said": count, "seconds": time.monotonic() - began}), flush=True)


Say = Callable[[list[dict[str, Any]]], object]


def _fill(say: Say, waiting: Callable[[], int], count: int) -> None:
    """Say messages until so many wait: large ones until the line takes no more."""
    while (there := waiting()) < count:
        say([{**ROW, "symbol": f"S{at}"} for at in range(5 if there else 500)])
        time.sleep(0.01)


def _ours() -> tuple[Any, Say, list[str], Callable[[], int]]:
    """Return the service, what says rows, tokens, and how many messages wait for the slowest client."""
    from tapehawk.api.app import build
    from tapehawk.app.house import House
    from tapehawk.app.settings import settings
    from tapehawk.core.events import ScanUpdate
    from tapehawk.records.migrating import upgrade

    house = House(settings())
    upgrade(house.database)
    tokens = [new_user(house)[1] for _ in range(10)]

    def say(rows: list[dict[str, Any]]) -> None:
        house.bus.publish_from_thread(ScanUpdate("us:sim", 0, tuple(rows), session="2026-11-20"))

    app = build(house)
    return app, say, tokens, lambda: max((queue.waiting for queue in tuple(app.state.sockets.hub.queues)), default=0)


def _bare() -> tuple[Any, Say, list[str], Callable[[], int]]:
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket, WebSocketDisconnect

    clients, loops = list[WebSocket](), list[asyncio.AbstractEventLoop]()

    async def listen(client: WebSocket) -> None:
        await client.accept()
        await client.send_text("{}")
        loops[:] = [asyncio.get_running_loop()]
        clients.append(client)
        with suppress(WebSocketDisconnect):
            await client.receive_text()

    async def tell(text: str) -> None:
        for client in clients[1:]:  # the first one is stuck, and all would be
            await client.send_text(text)

    def say(rows: list[dict[str, Any]]) -> None:
        asyncio.run_coroutine_threadsafe(tell(json.dumps({"type": "scan_update", "results": rows})), loops[0])

    return Starlette(routes=[WebSocketRoute(PATH, listen)]), say, ["none"], lambda: 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", kind, home]:
            serve(kind, Path(home))
        case [*asked]:
            for result in results(*map(float, asked)):
                print(result.line())
