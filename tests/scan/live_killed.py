"""A program that plays a stored session live, tells it to a file, and may be killed with signal 9 at its n-th write.

    python -m tests.scan.live_killed STORE ROOT HEARD N [forget]

It dies at the n-th write to the journal, the log of what was told, or the file of who hears it: before the write, in
its middle or after it, as n % 3 says. A summary of what was told is made every few notes, so that kills fall before,
between and behind them. With N = 0 it plays to the end and prints how many writes that took. `forget`
plants a bug: what was told is not remembered.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from tapehawk.data.replay import Replay
from tapehawk.data.stream import LiveFeed
from tapehawk.scan import told
from tapehawk.scan.following import News, follow
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.told import signals_of
from tapehawk.scanners.momentum import Momentum
from tapehawk.scanners.relative_volume import RelativeVolume
from tests.data.scripted import SIM
from tests.scan.live_market import BUSY, DAY, symbols
from tests.scan.test_live_limits import Rising
from tests.scan.test_live_states import Green

SCANNERS = (Green(), RelativeVolume(**BUSY), Momentum(), Rising())
WRITES = {"write": os.write, "pwrite": os.pwrite}


class Killer:
    """Counts writes and dies at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0
        os.write, os.pwrite = self.write, self.pwrite

    def write(self, file: int, content: bytes) -> int:
        return self._write("write", file, content)

    def pwrite(self, file: int, content: bytes, place: int) -> int:
        return self._write("pwrite", file, content, place)

    def _write(self, name: str, file: int, content: bytes, *place: int) -> int:
        self.count += 1
        if self.count != self.at:
            return WRITES[name](file, content, *place)
        done = (0, len(content) // 2, len(content))[self.at % 3]
        WRITES[name](file, bytes(content[:done]), *place)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


async def run(store: Path, root: Path, heard: Path, *, remember: bool) -> None:
    steps, forgetful = asyncio.Event(), not remember

    async def keep_step(_: float) -> None:
        """Let a minute pass when the one before has been scanned, so that a run has as many steps as minutes."""
        if feed.current:
            steps.clear()
            await steps.wait()

    replay = Replay(store, SIM, DAY, sleep=keep_step)
    feed = LiveFeed(replay, root, symbols(), series=SIM, clock=replay.clock)
    file = os.open(heard, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def begin(day) -> LiveScan:
        return LiveScan(SCANNERS, Past(store, SIM, day, symbols()), journals=root)

    async def listen() -> None:
        async for news in follow(feed, begin, remember=remember):
            steps.set()
            if news.number or (forgetful and any(signals_of(news.changes))):
                os.write(file, said(news))

    await asyncio.gather(listen(), feed.run())


def said(news: News) -> bytes:
    come, gone = signals_of(news.changes)
    return json.dumps({"number": news.number, "come": come, "gone": gone}).encode() + b"\n"


if __name__ == "__main__":
    killer = Killer(int(sys.argv[4]))
    told.LONG = 4_000
    asyncio.run(run(*map(Path, sys.argv[1:4]), remember="forget" not in sys.argv))
    sys.stdout.write(f"{killer.count}\n")
