"""A terminal of a test's own: a process on it, its size, and what it shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

SCANNER = Path(sys.executable).parent / "scanner"
HOME, ENTER, LEAVE, CURSOR = "\x1b[H", "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The command on a terminal. `shown`: all that was written to it."""

    def __init__(self, *args: object, columns: int = 100, lines: int = 30) -> None:
        self._ours, its = pty.openpty()
        self.resize(columns, lines)
        variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        variables |= {"TERM": "xterm-256color"}
        command = [SCANNER, *map(str, args)]
        self.process = subprocess.Popen(command, env=variables, stdin=its, stdout=its, stderr=its, close_fds=True)
        os.close(its)
        self.shown = ""
        self._bytes = b""

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def until(self, wanted: str, *, since: int = 0, seconds: float = 120) -> None:
        """Read on until something is shown (after the first `since` characters)."""
        while wanted not in self.shown[since:]:
            assert select.select([self._ours], [], [], seconds)[0], f"{wanted!r} is not shown: {self.shown[-2000:]}"
            assert self._read(), f"it ended before {wanted!r} was shown: {self.shown[-2000:]}"

    def frames(self, count: int, since: int) -> None:
        """Read on until so many whole drawings more were shown."""
        while self.shown[since:].count(HOME) <= count:
            assert self._read(), "it ended"

    @property
    def screen(self) -> list[str]:
        """The lines of the last whole drawing."""
        return [_ESCAPE.sub("", line) for line in self.shown.split(HOME)[-2].replace("\r", "").split("\n")]

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(timeout=60)

    @property
    def left_behind(self) -> str:
        """What stands in the terminal when the screen is gone."""
        return _ESCAPE.sub("", self.shown.rpartition(LEAVE)[2]).replace("\r", "")

    def _read(self) -> bool:
        try:
            chunk = os.read(self._ours, 65_536)
        except OSError:  # the other end is closed
            return False
        self._bytes += chunk
        self.shown = self._bytes.decode(errors="replace")
        return bool(chunk)
