"""A stored day played as fast as it goes: every bar through the feed, the journal and the scan, one close at a time.

The day is a regular session of real minutes (31 of the file's 40 names trade on it), with every scanner of minute bars;
the time is all of `scanner replay` but its printing: reading the day, playing the history before it, 390 steps. Its
peer is the scan of the same day over history, which answers all closes at once from a panel that is built.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks.market import REAL, folder
from benchmarks.measure import Result, in_turn
from tapehawk.app.asking import ALL, Asked, desk, questions
from tapehawk.app.beats import Beat, LiveTold
from tapehawk.app.live import replay as played
from tapehawk.app.settings import Settings
from tapehawk.app.settings import settings as known_settings
from tapehawk.core.sessions import us_calendar
from tapehawk.data.imports import ImportOptions, import_path

DAY, PROMISED, MINUTE = dt.date(2026, 2, 18), 500, 60_000_000
ASKED = Asked([ALL], timeframe="1m", hours="regular")


@cache
def store() -> Path:
    """Return a store with the real minutes."""
    root = folder("minutes")
    import_path(root, REAL.with_name("us_1m.parquet"), ImportOptions("none"))
    return root


def settings() -> Settings:
    """Return the settings of whoever has that store."""
    return known_settings(environment={"SCANNER_DATA_DIR": str(store()), "HOME": str(folder("home"))})


def replay(known: Settings) -> list[Beat]:
    """Play the day; return its beats."""
    beats: list[Beat] = []
    played(known, ASKED, DAY, LiveTold(lambda _: None, beats.append))
    return beats


def history(known: Settings) -> int:
    """Scan every bar of the day; return how many rows."""
    ranged = questions(known, replace(ASKED, start_date=DAY, end_date=DAY))
    return sum(map(len, desk(known).run_together(ranged)))


def results() -> list[Result]:
    """Run the claim."""
    known, hours = settings(), us_calendar().need_session(DAY)
    beats, rows = replay(known), history(known)
    scanned = {beat.at for beat in beats}
    closes = range(hours.open + MINUTE, hours.close + 1, MINUTE)
    assert scanned.issuperset(closes), "every close is a step of its own"  # noqa: S101
    assert sum(len(beat.added) - len(beat.withdrawn) for beat in beats) == rows  # noqa: S101
    ours, peer = in_turn([lambda: replay(known), lambda: history(known)], runs=3)
    speed = (hours.close - hours.open) / 1e6 / ours.median
    names = max(beat.came for beat in beats)
    return [
        Result(
            f"a day of real minutes played live: {names} names × {len(closes)} closes, every scanner, {rows:,} rows",
            f"{ours}, {speed:,.0f}× real time",
            f"the scan of that day over history {peer}",
            f"{ours.median / peer.median:.1f}× that",
            f"≥ {PROMISED}× real time",
            speed >= PROMISED,
        )
    ]
