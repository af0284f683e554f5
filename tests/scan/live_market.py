"""A simulated market for tests of live scanning: a month of minutes, one day live, scanners that find something."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import polars as pl

from tapehawk.core.sessions import us_calendar
from tapehawk.core.state import equal
from tapehawk.data import store
from tapehawk.data.providers.sim import Simulator
from tapehawk.scan.desk import Desk
from tapehawk.scan.events import events_among
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scanners.formula import Formula
from tapehawk.scanners.momentum import Momentum
from tapehawk.scanners.relative_volume import RelativeVolume
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import SIM

FIRST, DAY = dt.date(2024, 1, 2), dt.date(2024, 2, 14)
NEXT = us_calendar().next(DAY)
HOURS = us_calendar().need_session(DAY)
SPLIT = "NAVA1"  # 2:1 on 2024-01-10
RANKED = {"formula": "rank(rvol(20)) <= 1 and rvol(20) > 3"}
BUSY = {"lookback_days": 5, "min_relative_volume": 1, "min_avg_volume": 0, "min_dollar_volume": 0}
SCANNERS = {"volume_spike": {}, "relative_volume": BUSY, "momentum": {}}


@cache
def market() -> tuple[Simulator, pl.DataFrame]:
    """Return the simulator and its minutes of five symbols to the day after."""
    simulator = Simulator(seed=2, symbols=40)
    names = simulator.symbols(FIRST, NEXT)["symbol"].to_list()
    return simulator, simulator.intraday("1m", FIRST, NEXT, sorted({*names[:4], SPLIT}))


def filled(root, *, until, series=SIM):
    """Store everything up to a session."""
    simulator, bars = market()
    store.append_bars(root, [(series, bars.filter(day_of() <= until))])
    store.append_actions(root, simulator.actions(FIRST, until))
    return root


def day_of() -> pl.Expr:
    return pl.col("time").dt.convert_time_zone("America/New_York").dt.date()


def of_day(day=DAY) -> pl.DataFrame:
    return market()[1].filter(day_of() == day)


def symbols() -> tuple[str, ...]:
    return tuple(sorted(market()[1]["symbol"].unique()))


def scan_of(root, *, day=DAY, journals=None, ranked=False, hours="regular", series=SIM) -> LiveScan:
    usual = [VolumeSpike(), RelativeVolume(**BUSY), Momentum(), *([Formula(**RANKED)] if ranked else [])]
    return LiveScan(usual, Past(root, series, day, symbols(), hours), journals=journals)


def historical(root, name: str, parameters: dict, *, hours="regular") -> list[dict]:
    question = Question(name, start_date=DAY, end_date=DAY, timeframe="1m", hours=hours, parameters=parameters)
    return in_one_order(Desk(root).run(question).rows())


def historical_events(root, scanners, question: Question) -> list[dict]:
    desk = Desk(root)
    asked = desk.asked(question)
    is_event = events_among(desk, scanners, question, asked)
    rows = (row for report in desk.scan(scanners, question, asked) for row in report.rows())
    return in_one_order(filter(is_event, rows))


def live_rows(scan: LiveScan, name: str) -> list[dict]:
    return in_one_order(row for key, row in scan.rows.items() if key[0] == name)


def in_one_order(rows) -> list[dict]:
    return sorted(rows, key=lambda row: (row["symbol"], row["bar_time"], row["pattern"]))


def same_states(one: LiveScan, other: LiveScan) -> bool:
    pairs = zip(one.live.states(), other.live.states(), strict=True)
    return all(equal(a, b) for left, right in pairs for a, b in zip(left, right, strict=True))


def stamp(instant: int) -> str:
    return f"{np.datetime64(instant, 'us').astype('datetime64[s]')}Z"
