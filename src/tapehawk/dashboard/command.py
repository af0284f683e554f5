"""The command that asks the same: what stands in a dashboard can be taken to a terminal or a script."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tapehawk.app.asking import Asked


def command(asked: Asked, *more: str) -> str:
    """Return `scanner run` with the options that ask a question."""
    return shlex.join(["scanner", "run", *_options(asked), *more])


def _options(asked: Asked) -> Iterator[str]:
    for name in asked.scanners:
        yield from ("--scanner-type", name)
    for option, value, usual in (
        ("--date", asked.date, None),
        ("--start-date", asked.start_date, None),
        ("--end-date", asked.end_date, None),
        ("--cutoff", asked.cutoff, None),
        ("--timeframe", asked.timeframe, "1d"),
        ("--hours", asked.hours, "regular"),
        ("--symbols", ",".join(asked.symbols) or None, None),
        ("--universe", asked.universe, None),
    ):
        if value != usual:
            yield from (option, str(value))
    for name, given in (asked.parameters or {}).items():
        yield from ("--set", f"{name}={_text(given)}")
    if asked.strict:
        yield "--strict"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
