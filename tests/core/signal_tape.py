"""Bars for the life of signals, on real sessions, and an obvious version of what becomes of a signal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tapehawk.core.outcomes import CLOSE, LEVEL, OPEN, OUTCOMES, STATUSES, Outcomes, Signals, outcomes
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import calendar_named, date_of, day_number

Bar = tuple[float, float, float, float]  # open, high, low, close
MINUTE_US = 60_000_000
FIRST = dt.date(2024, 1, 2)
STEP = {"1m": 1, "5m": 5, "30m": 30, "1h": 60}
NO_END = np.iinfo(np.int64).max
NULL = float("nan")


def sessions(count: int, first: dt.date = FIRST, calendar: str = "us") -> list[int]:
    """Return the days of so many sessions from a date on."""
    return calendar_named(calendar).sessions_between(first, first + dt.timedelta(days=2 * count + 12))[:count].tolist()


def daily(bars: Mapping[str, Mapping[int, Bar]], first: dt.date = FIRST, **facts) -> Panel:
    """Return daily bars: symbol → number of the session from `first` on → prices."""
    last = max((number for mine in bars.values() for number in mine), default=0)
    days = sessions(last + 1, first, facts.get("calendar", "us"))
    rows = {
        name: [(days[n], 0.0, days[n] * 86_400_000_000, bar) for n, bar in mine.items()] for name, mine in bars.items()
    }
    return panel_of(rows, "1d", **facts)


def intraday(
    bars: Mapping[str, Sequence[tuple[dt.date, int, Bar]]], timeframe: str, hours: str = "regular", **facts
) -> Panel:
    """Return intraday bars: symbol → (session, number of the bar in it, prices)."""
    calendar = calendar_named(facts.get("calendar", "us"))
    rows = {}
    for name, mine in bars.items():
        rows[name] = []
        for date, number, bar in mine:
            day, minute = day_number(date), float(number * STEP[timeframe])
            opens = int(calendar.open_of(np.array([day]), hours)[0])
            rows[name].append((day, minute, opens + int(minute) * MINUTE_US, bar))
    return panel_of(rows, timeframe, hours=hours, **facts)


def panel_of(rows: Mapping[str, list[tuple[int, float, int, Bar]]], timeframe: str, **facts) -> Panel:
    """Return a panel of rows: session, minute, time, prices."""
    flat = [row for mine in rows.values() for row in mine]
    prices = np.array([row[3] for row in flat], dtype=float).reshape(-1, 4).T
    columns = {name: np.ascontiguousarray(prices[k]) for k, name in enumerate(("open", "high", "low", "close"))}
    columns["volume"] = np.full(len(flat), 1e6)
    columns["session"] = np.array([row[0] for row in flat], dtype=float)
    columns["minute"] = np.array([row[1] for row in flat], dtype=float)
    starts = np.cumsum([0, *(len(mine) for mine in rows.values())])
    time = np.array([row[2] for row in flat], dtype=np.int64)
    return Panel(tuple(rows), starts.astype(np.int64), time, columns, timeframe=timeframe, **facts)


class Told(NamedTuple):
    """What becomes of one signal, in words and plain numbers; an exit only once it is closed."""

    status: str
    outcome: str
    trigger_bar: int
    trigger_price: float
    exit_bar: int
    exit_price: float
    known_at: int
    bars_held: int
    r: float


def one_signal(bar=0, side=1, kind=CLOSE, entry=100.0, stop=98.0, target1=102.0) -> Signals:
    facts = {"bar": bar, "side": side, "kind": kind, "entry": entry, "stop": stop, "target1": target1}
    return Signals(**{name: np.array([value]) for name, value in facts.items()})


def told(found: Outcomes, number: int = 0) -> Told:
    values = (getattr(found, name)[number].item() for name in Told._fields[2:])
    return Told(STATUSES[found.status[number]], OUTCOMES[found.outcome[number]], *values)


def became(panel: Panel, through: int | None = None, **signal) -> Told:
    """Return what becomes of one signal."""
    return told(outcomes(panel, one_signal(**signal), through=through))


def slow(panel: Panel, signals: Signals, number: int, through: int) -> Told:
    """Return what becomes of a signal, said as obviously as can be."""
    return _Slow(panel, signals, number).told(through)


class _Slow:
    """One signal and the bars of its symbol, a bar at a time."""

    def __init__(self, panel: Panel, signals: Signals, number: int) -> None:
        self.panel, self.calendar = panel, calendar_named(panel.calendar)
        self.bar, self.side, self.kind = (int(getattr(signals, name)[number]) for name in ("bar", "side", "kind"))
        self.entry, self.stop, self.target = (
            float(getattr(signals, name)[number]) for name in ("entry", "stop", "target1")
        )
        symbol = next(s for s in range(len(panel.symbols)) if panel.starts[s] <= self.bar < panel.starts[s + 1])
        self.places = [p for p in range(self.bar, int(panel.starts[symbol + 1])) if not np.isnan(self.prices(p)).any()]
        self.intraday = panel.timeframe in STEP

    def told(self, through: int) -> Told:
        last = self.deadline(self.day(self.bar), 1)
        triggered, price = next(filter(None, (self.trigger(p) for p in self.places if self.day(p) <= last)), (-1, NULL))
        if triggered < 0 and through >= self.session_end(last):
            return Told("expired", "no_trade", -1, NULL, -1, NULL, self.session_end(last), 0, NULL)
        if triggered < 0:
            return Told("active", "open", -1, NULL, -1, NULL, NO_END, 0, NULL)
        if price >= self.target if self.side > 0 else price <= self.target:
            return Told("cancelled", "no_trade", triggered, price, -1, NULL, self.bar_end(triggered), 0, NULL)
        return self.traded(triggered, price, through)

    def trigger(self, place: int) -> tuple[int, float] | None:
        opened, high, low, _ = self.prices(place)
        if place == self.bar and self.kind != OPEN:
            return None
        if self.kind != LEVEL:
            return place, opened
        if high < self.entry if self.side > 0 else low > self.entry:
            return None
        return place, max(opened, self.entry) if self.side > 0 else min(opened, self.entry)

    def traded(self, triggered: int, price: float, through: int) -> Told:
        last, held = self.deadline(self.day(triggered), 2), 0
        risk = abs(self.entry - self.stop)
        mine = [p for p in self.places if p >= triggered and self.day(p) <= last]
        for place in mine:
            held += 1
            gap = self.prices(place)[0] if place > triggered or price == self.prices(place)[0] else None
            word, out = self.exit(place, gap)
            if word:
                r = (out - price) * self.side / risk
                return Told("closed", word, triggered, price, place, out, self.bar_end(place), held, r)
        if through < self.session_end(last):
            return Told("triggered", "open", triggered, price, -1, NULL, self.bar_end(triggered), held, NULL)
        left = self.prices(mine[-1])[3]
        r = (left - price) * self.side / risk
        return Told("closed", "timed_out", triggered, price, mine[-1], left, self.session_end(last), held, r)

    def exit(self, place: int, gap: float | None) -> tuple[str, float]:
        _, high, low, _ = self.prices(place)
        further, nearer = (max, min) if self.side > 0 else (min, max)
        if low <= self.stop if self.side > 0 else high >= self.stop:
            return "failure", self.stop if gap is None else nearer(gap, self.stop)
        if high >= self.target if self.side > 0 else low <= self.target:
            return "success", self.target if gap is None else further(gap, self.target)
        return "", NULL

    def prices(self, place: int) -> Bar:
        return tuple(float(self.panel.columns[name][place]) for name in ("open", "high", "low", "close"))

    def day(self, place: int) -> dt.date:
        return date_of(int(self.panel.columns["session"][place]))

    def deadline(self, start: dt.date, times: int) -> dt.date:
        if self.panel.timeframe == "1w":
            return start + dt.timedelta(days=7 * 5 * times + 6 - start.weekday())
        for _ in range(times * (1 if self.intraday else 5)):
            start = self.calendar.next(start)
        return start

    def session_end(self, date: dt.date) -> int:
        while self.calendar.session_on(date) is None:
            date -= dt.timedelta(days=1)
        session = self.calendar.need_session(date)
        return session.after_hours_close if self.intraday and self.panel.hours == "extended" else session.close

    def bar_end(self, place: int) -> int:
        day = self.day(place)
        if self.intraday:
            return min(int(self.panel.time[place]) + STEP[self.panel.timeframe] * MINUTE_US, self.session_end(day))
        weekly = self.panel.timeframe == "1w"
        return self.session_end(day + dt.timedelta(days=6 - day.weekday()) if weekly else day)


OPENS = dt.date(2024, 3, 1)


def drawn(seed: int, timeframe: str) -> tuple:
    """Draw a panel of holes, halts and gaps in whole and half dollars, and signals of every kind on it."""
    rng = np.random.default_rng(seed)
    rows = {name: _bars(rng, timeframe) for name in ("A", "B", "GONE")}
    rows["GONE"] = rows["GONE"][: len(rows["GONE"]) // 3]
    if timeframe == "1d":
        panel = daily({name: dict(mine) for name, mine in rows.items()}, OPENS)
    else:
        days = [dt.date(1970, 1, 1) + dt.timedelta(days=day) for day in sessions(8, OPENS)]
        panel = intraday({n: [(days[k // 13], k % 13, bar) for k, bar in mine] for n, mine in rows.items()}, timeframe)
    size = 60
    bar = rng.integers(0, panel.n_bars, size)
    side, entry = rng.choice([-1, 1], size), panel.columns["close"][bar] + rng.integers(-2, 3, size) / 2
    risk = rng.integers(1, 6, size) / 2
    entry = np.where(np.isnan(entry), 100.0, entry)
    kind, stop, target1 = rng.integers(0, 3, size), entry - side * risk, entry + side * risk
    return panel, Signals(bar=bar, side=side, kind=kind, entry=entry, stop=stop, target1=target1)


def _bars(rng, timeframe) -> list:
    count = 40 if timeframe == "1d" else 100
    out, last = [], 100.0
    for k in range(count):
        if rng.random() < 0.15:
            continue
        opened = last + rng.integers(-2, 3) / 2 * (rng.random() < 0.4)
        last = opened + rng.integers(-2, 3) / 2
        high, low_ = max(opened, last) + rng.integers(0, 3) / 2, min(opened, last) - rng.integers(0, 3) / 2
        out.append((k, (NULL,) * 4 if rng.random() < 0.03 else (opened, high, low_, last)))
    return out
