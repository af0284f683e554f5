"""What becomes of signals, by cases worked by hand, by an obvious slow version, and by laws that planted bugs break."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core import outcomes as module
from tapehawk.core import running
from tapehawk.core.columns import close, low
from tapehawk.core.errors import BadInput
from tapehawk.core.instants import datetime_of
from tapehawk.core.kernels import bind
from tapehawk.core.kernels import outcomes as kernels
from tapehawk.core.outcomes import CLOSE, LEVEL, NOT_YET, OPEN, Signals, outcomes, reached
from tapehawk.core.panel import Panel
from tapehawk.core.running import Running
from tapehawk.core.scanner import AT_OPEN, BUY, NONE, SELL, Setup
from tapehawk.core.sessions import day_number, us_calendar
from tapehawk.core.signal_clock import Clock
from tapehawk.core.watch import Found
from tests.core.random_bars import pieces
from tests.core.signal_tape import Told, became, daily, drawn, intraday, one_signal, sessions, slow, told

CALM = (100.0, 101.0, 99.0, 100.0)  # neither level: entry 100, stop 98, target1 102
NULL = float("nan")


def days_of(*bars, symbol="A", **facts):
    return daily({symbol: dict(enumerate(bars))}, **facts)


def closes(day: int) -> int:
    return int(us_calendar().close_of(np.array([day]))[0])


def closes_on(number: int) -> int:
    """Return when the session that many after the signal's closes."""
    return closes(sessions(number + 1)[number])


# --------------------------------------------------------------------------------------------------- worked by hand


def test_a_signal_of_the_close_triggers_at_the_next_bars_open_and_succeeds_where_target1_is_reached_first():
    found = became(days_of(CALM, (100.5, 101, 99, 100), (100, 102.5, 99, 101)))
    assert found == Told("closed", "success", 1, 100.5, 2, 102.0, closes_on(2), 2, 0.75)


def test_its_own_bar_never_triggers_nor_decides_it():
    wild = (100.0, 120.0, 80.0, 100.0)
    assert became(days_of(wild)).status == "active"
    assert became(days_of(wild), kind=LEVEL).status == "active"


def test_the_stop_is_a_failure_of_what_was_risked_from_the_price_paid():
    assert became(days_of(CALM, CALM, (99, 100, 97, 99))) == Told(
        "closed", "failure", 1, 100.0, 2, 98.0, closes_on(2), 2, -1.0
    )


def test_both_levels_in_one_bar_are_the_stop():
    assert became(days_of(CALM, (100, 103, 97, 102)))[1:6] == ("failure", 1, 100.0, 1, 98.0)


def test_both_levels_in_one_bar_are_the_stop_even_where_it_opened_beyond_the_target():
    assert became(days_of(CALM, CALM, (103, 104, 97, 98)))[1:6] == ("failure", 1, 100.0, 2, 98.0)


def test_a_gap_through_the_stop_is_filled_at_the_open():
    found = became(days_of(CALM, CALM, (95, 96, 94, 95)))
    assert (found.outcome, found.exit_price, found.r) == ("failure", 95.0, -2.5)


def test_a_gap_beyond_the_target_is_filled_at_the_open():
    found = became(days_of(CALM, CALM, (105, 106, 104, 105)))
    assert (found.outcome, found.exit_price, found.r) == ("success", 105.0, 2.5)


@pytest.mark.parametrize("opened", [102.0, 104.0])
def test_a_trigger_at_or_beyond_target1_has_nothing_left_to_gain_and_is_cancelled(opened):
    found = became(days_of(CALM, (opened, 105, 101, 105)))
    assert found[:4] == ("cancelled", "no_trade", 1, opened)
    assert found.known_at == closes_on(1)
    assert np.isnan(found.r)


@pytest.mark.parametrize("opened", [98.0, 95.0])
def test_a_trigger_at_or_beyond_the_stop_is_stopped_where_it_was_bought(opened):
    found = became(days_of(CALM, (opened, 103, 94, 103)))
    assert found == Told("closed", "failure", 1, opened, 1, opened, closes_on(1), 1, 0.0)


def test_a_level_triggers_on_the_first_later_bar_that_trades_it_at_the_level():
    bars = (CALM, CALM, (100, 101.4, 99, 101), (101, 102, 100, 101))
    found = became(days_of(*bars), kind=LEVEL, entry=101.5, stop=98, target1=105)
    assert found[:4] == ("triggered", "open", 3, 101.5)
    touched = became(days_of(*bars[:2], (100, 101.5, 99, 101)), kind=LEVEL, entry=101.5, stop=98, target1=105)
    assert touched[:4] == ("triggered", "open", 2, 101.5)


def test_a_bar_that_opens_beyond_the_level_triggers_at_its_open():
    found = became(days_of(CALM, (102, 103, 101.8, 102)), kind=LEVEL, entry=101.5, stop=98, target1=105)
    assert found[2:4] == (1, 102.0)


def test_a_stop_in_the_bar_that_triggers_a_level_counts_although_it_may_have_come_first():
    found = became(days_of(CALM, (96, 102, 95, 102)), kind=LEVEL, entry=101.5, stop=98, target1=105)
    assert (found.outcome, found.exit_price, found.r) == ("failure", 98.0, -1.0)


def test_a_signal_known_at_its_bars_open_triggers_there_and_is_judged_by_that_bar():
    found = became(days_of((100, 102, 99, 101)), kind=OPEN)
    assert found[:6] == ("closed", "success", 0, 100.0, 0, 102.0)


def test_a_level_that_nobody_trades_expires_after_five_sessions_of_daily_bars():
    panel = days_of(*[CALM] * 8, (100, 110, 99, 105))
    found = became(panel, kind=LEVEL, entry=101.5, stop=98, target1=105)
    assert found[:2] == ("expired", "no_trade")
    assert found.known_at == closes_on(5)
    on_the_fifth = days_of(*[CALM] * 5, (100, 102, 99, 101))
    assert became(on_the_fifth, kind=LEVEL, entry=101.5, stop=98, target1=105).trigger_bar == 5
    on_the_sixth = days_of(*[CALM] * 6, (100, 102, 99, 101))
    assert became(on_the_sixth, kind=LEVEL, entry=101.5, stop=98, target1=105).status == "expired"


def test_what_reaches_neither_level_within_ten_sessions_of_the_trigger_is_timed_out_at_that_close():
    calm, last = [CALM] * 11, (100, 101, 99, 100.5)
    found = became(days_of(*calm, last, (100, 110, 99, 105)))
    assert found == Told("closed", "timed_out", 1, 100.0, 11, 100.5, closes_on(11), 11, 0.25)
    assert became(days_of(*calm, (100, 102, 99, 101)))[1:5:3] == ("success", 11)


def test_the_end_of_the_data_is_no_failure():
    panel = days_of(*[CALM] * 11)
    found = became(panel)
    assert same(found, Told("triggered", "open", 1, 100.0, -1, NULL, closes_on(1), 10, NULL))
    assert became(days_of(CALM))[:3] == ("active", "open", -1)
    assert became(days_of(CALM)).known_at == NOT_YET


def test_a_name_that_trades_no_more_is_timed_out_at_its_last_close_once_its_horizon_has_passed():
    gone, going = {0: CALM, 1: CALM, 2: (100, 101, 99, 99)}, dict.fromkeys(range(12), CALM)
    found = became(daily({"GONE": gone, "GOES": going}))
    assert found == Told("closed", "timed_out", 1, 100.0, 2, 99.0, closes_on(11), 2, -0.5)
    assert became(daily({"GONE": gone, "GOES": dict.fromkeys(range(11), CALM)})).outcome == "open"


def test_a_name_halted_over_the_expiry_expires_although_its_next_bar_is_the_next_one():
    going = dict.fromkeys(range(12), CALM)
    assert became(daily({"HALT": {0: CALM, 6: CALM}, "GOES": going}))[:2] == ("expired", "no_trade")
    assert became(daily({"HALT": {0: CALM, 5: CALM}, "GOES": going})).trigger_bar == 1


def test_a_listed_name_whose_bars_are_late_in_the_store_stays_open():
    late, going = {0: CALM, 1: CALM}, dict.fromkeys(range(30), CALM)
    assert became(daily({"LATE": late, "GOES": going}, stale=("LATE",))).status == "triggered"
    assert became(daily({"LATE": late, "GOES": going})).status == "closed"


def test_a_bar_without_a_price_is_no_bar():
    hole = (NULL, NULL, NULL, NULL)
    found = became(days_of(CALM, hole, CALM, hole, (100, 102, 99, 101)))
    assert found[2:5:2] == (2, 4)
    assert found.bars_held == 2


def test_levels_are_on_the_panels_own_basis_so_a_split_between_changes_nothing():
    traded = [(100, 101, 99, 100), (100.5, 101, 99, 100), (50, 51.25, 49.5, 50.5)]  # 2:1 on the third day
    adjusted = [*(tuple(p / 2 for p in bar) for bar in traded[:2]), traded[2]]
    found = became(days_of(*adjusted), entry=50.0, stop=49.0, target1=51.0)
    assert (found.outcome, found.exit_price, found.r) == ("success", 51.0, 0.75)


def test_a_price_a_hair_short_of_a_level_is_at_it():
    panel = days_of(*[tuple(p * 0.3 for p in bar) for bar in (CALM, CALM, (100, 100.1, 98, 99))])
    found = became(panel, entry=100 * 0.3, stop=np.nextafter(98 * 0.3, 0), target1=102 * 0.3)
    assert found.outcome == "failure"


def test_mae_and_mfe_are_in_r_and_of_the_last_bar_only_what_is_known_to_be_the_trades():
    panel = days_of(CALM, (100, 101.5, 98.5, 100), (99, 104, 98.2, 103))
    found = outcomes(panel, one_signal())
    assert (found.mae[0], found.mfe[0]) == (-0.75, 1.0)
    stopped = outcomes(days_of(CALM, (100, 101.5, 98.5, 100), (101.8, 101.9, 90, 91)), one_signal())
    assert (stopped.mae[0], stopped.mfe[0]) == pytest.approx((-1.0, 0.9))
    running = outcomes(days_of(CALM, (100, 101.5, 98.5, 100)), one_signal())
    assert (running.mae[0], running.mfe[0]) == (-0.75, 0.75)


def test_weekly_signals_have_five_weeks_and_ten_more():
    weeks = dict.fromkeys(range(17), CALM)
    level = {"kind": LEVEL, "entry": 101.5, "stop": 98.0, "target1": 105.0}

    def weekly(bars):
        panel = daily({"A": bars})
        session = np.array([day_number(dt.date(2024, 1, 3)) + 7 * n for n in bars], dtype=float)  # Wednesdays
        return replace(panel, timeframe="1w", columns={**panel.columns, "session": session})

    assert became(weekly(weeks | {5: (100, 102, 99, 101)}), **level).trigger_bar == 5
    assert became(weekly(weeks | {6: (100, 102, 99, 101)}), **level).status == "expired"
    found = became(weekly(weeks))
    assert found[1:5:3] == ("timed_out", 11)
    assert found.bars_held == 11
    assert found.known_at == ends(dt.date(2024, 3, 22))  # the Friday of that week


# --------------------------------------------------------------------------------------------------- intraday clocks

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (dt.date(2024, 3, day) for day in (8, 11, 12, 13))  # clocks change on the Sunday
LEVELS = {"kind": LEVEL, "entry": 101.5, "stop": 98.0, "target1": 105.0}
UP = (100.0, 102.0, 99.0, 101.0)


def ends(date: dt.date, hours: str = "regular") -> int:
    session = us_calendar().need_session(date)
    return session.close if hours == "regular" else session.after_hours_close


def test_an_intraday_level_expires_at_the_end_of_the_next_session_whatever_the_clocks_do():
    calm = [(FRIDAY, 77, CALM), (MONDAY, 77, CALM), (TUESDAY, 0, UP)]
    found = became(intraday({"A": calm}, "5m"), **LEVELS)
    assert (found.status, found.known_at) == ("expired", ends(MONDAY))
    assert ends(MONDAY) - ends(FRIDAY) == (3 * 24 - 1) * 3_600_000_000
    last = intraday({"A": [(FRIDAY, 77, CALM), (MONDAY, 77, UP)]}, "5m")
    assert became(last, **LEVELS)[:3] == ("triggered", "open", 1)
    assert became(last, **LEVELS).known_at == ends(MONDAY)


def test_an_early_close_ends_the_next_session_early():
    before, early, after = dt.date(2026, 11, 25), dt.date(2026, 11, 27), dt.date(2026, 11, 30)
    bars = [(before, 5, CALM), (early, 41, CALM), (after, 0, UP)]
    found = became(intraday({"A": bars}, "5m"), **LEVELS)
    assert (found.status, found.known_at) == ("expired", ends(early))
    hours = datetime_of(found.known_at)
    assert (hours.hour, hours.minute) == (18, 0)  # 13:00 in New York


def test_extended_hours_go_on_to_the_end_of_after_hours():
    bars = [(FRIDAY, 10, CALM), (MONDAY, 16 * 12 - 1, CALM), (TUESDAY, 0, UP)]
    found = became(intraday({"A": bars}, "5m", hours="extended"), **LEVELS)
    assert (found.status, found.known_at) == ("expired", ends(MONDAY, "extended"))


def test_an_intraday_outcome_is_counted_to_the_end_of_the_second_session_after_the_triggers():
    bars = [(FRIDAY, 77, CALM), (MONDAY, 0, CALM), (WEDNESDAY, 77, CALM), (dt.date(2024, 3, 14), 0, UP)]
    found = became(intraday({"A": bars}, "5m"))
    assert found[:2] == ("closed", "timed_out")
    assert (found.exit_bar, found.known_at) == (2, ends(WEDNESDAY))


def test_a_close_in_the_middle_of_a_session_triggers_on_the_same_sessions_next_bar():
    found = became(intraday({"A": [(MONDAY, 3, CALM), (MONDAY, 5, (100, 102, 99, 101))]}, "5m"))
    assert (found.outcome, found.trigger_bar) == ("success", 1)
    opened = us_calendar().need_session(MONDAY).open
    assert found.known_at == opened + 30 * 60_000_000


def test_an_hour_cut_short_by_the_close_is_known_at_the_close():
    panel = intraday({"A": [(MONDAY, 5, CALM), (MONDAY, 6, (100, 102, 99, 101))]}, "1h")
    assert became(panel).known_at == ends(MONDAY)


def test_crypto_counts_utc_dates():
    bars = [(dt.date(2024, 3, 9), 3, CALM), (dt.date(2024, 3, 10), 23, CALM), (dt.date(2024, 3, 11), 0, UP)]
    panel = intraday({"BTC/USDT": bars}, "1h", calendar="crypto")
    found = became(panel, **LEVELS)
    assert found.status == "expired"
    assert datetime_of(found.known_at) == dt.datetime(2024, 3, 11, tzinfo=dt.UTC)


def test_more_bars_may_be_known_to_be_complete_than_there_are():
    panel = intraday({"A": [(FRIDAY, 77, CALM)]}, "5m")
    assert became(panel, **LEVELS).status == "active"
    assert became(panel, through=ends(MONDAY) - 1, **LEVELS).status == "active"
    assert became(panel, through=ends(MONDAY), **LEVELS).status == "expired"


# ------------------------------------------------------------------------------------------------- what is no signal


@pytest.mark.parametrize(
    "levels",
    [{"stop": 100.0}, {"stop": 101.0}, {"stop": NULL}, {"target1": 100.0}, {"side": -1}, {"side": 0}, {"entry": NULL}],
)
def test_levels_that_make_no_sense_are_refused(levels):
    with pytest.raises(BadInput):
        one_signal(**levels)


def test_hits_become_signals_where_their_levels_make_sense():
    at = {"entry": np.array([100.0, 100.0, 100.0]), "stop": np.array([98.0, 101.0, NULL])}
    bars = np.array([4, 5, 6])
    up = Setup("up", BUY, {"c": close > low}, stop=low)
    made, which = Signals.of_found(Found("x", up, [], bars, bars, at))
    assert which.tolist() == [0]
    assert (made.bar.tolist(), made.target1.tolist(), made.kind.tolist()) == ([4], [102.0], [CLOSE])
    sell, which = Signals.of_found(Found("x", replace(up, direction=SELL, known=AT_OPEN), [], bars, bars, at))
    assert (which.tolist(), sell.side.tolist(), sell.target1.tolist()) == ([1], [-1], [99.0])
    assert sell.kind.tolist() == [OPEN]
    watched, _ = Signals.of_found(Found("x", Setup("w", NONE, up.when), [], bars, bars, {"entry": at["entry"]}))
    assert watched.bar.size == 0
    assert Signals.together([made, sell]).side.tolist() == [1, -1]


def test_no_signals_and_no_bars_have_no_outcomes():
    none = Signals.together([one_signal()])
    none = replace(none, **{name: getattr(none, name)[:0] for name in vars(none)})
    assert outcomes(days_of(CALM), none).status.size == 0
    assert reached(daily({"A": {}})) == 0


# ------------------------------------------------------------------------------------------------------------- laws

CASES = list(product(range(12), ("1d", "30m")))


@pytest.mark.parametrize(("seed", "timeframe"), CASES)
def test_it_is_what_the_obvious_version_says(seed, timeframe):
    panel, signals = drawn(seed, timeframe)
    assert disagreements(panel, signals) == []


def disagreements(panel, signals) -> list:
    found, through = outcomes(panel, signals), reached(panel)
    pairs = [(told(found, k), slow(panel, signals, k, through)) for k in range(signals.bar.size)]
    return [(a, b) for a, b in pairs if not same(a, b)]


def same(a: Told, b: Told) -> bool:
    """Say whether two tales are one; a null is itself."""
    return a[:2] == b[:2] and bool(np.allclose(a[2:], b[2:], rtol=1e-12, atol=0, equal_nan=True))


@pytest.mark.parametrize("hours", ["regular", "extended"])
def test_on_real_minutes_across_a_change_of_the_clocks_it_is_what_the_obvious_version_says(shared, hours):
    """Five-minute bars around 2025-11-02; levels half an ATR away, so that every end is met."""
    panel = real_bars(shared, hours)
    rng = np.random.default_rng(1)
    bar = np.sort(rng.choice(panel.n_bars, 300, replace=False))
    side, kind, entry = rng.choice([-1, 1], 300), rng.integers(0, 3, 300), panel.columns["close"][bar]
    risk = entry * rng.choice([0.002, 0.01, 0.04], 300)
    entry = entry + side * (kind == LEVEL) * risk / 4
    signals = Signals(bar=bar, side=side, kind=kind, entry=entry, stop=entry - side * risk, target1=entry + side * risk)
    assert disagreements(panel, signals) == []
    assert len({told(outcomes(panel, signals), k)[:2] for k in range(300)}) >= 5


def real_bars(shared, hours) -> Panel:
    begins, ends_ = dt.datetime(2025, 10, 27, tzinfo=dt.UTC), dt.datetime(2025, 11, 12, tzinfo=dt.UTC)
    wanted = pl.col("symbol").is_in(["AAPL", "NVDA", "TSLA", "AMD"]) & pl.col("ts").is_between(begins, ends_)
    bars = pl.scan_parquet(shared / "us_5m.parquet").filter(wanted).sort("symbol", "ts").collect()
    time = bars["ts"].dt.epoch("us").to_numpy()
    session, minute = us_calendar().locate(time, hours)
    kept, inside = bars.filter(pl.Series(session >= 0)), session >= 0
    lengths = kept["symbol"].rle().struct.field("len").to_list()
    columns = {name: kept[name].cast(pl.Float64).to_numpy() for name in ("open", "high", "low", "close", "volume")}
    columns |= {"session": session[inside].astype(float), "minute": minute[inside]}
    names, starts = tuple(kept["symbol"].unique(maintain_order=True)), np.cumsum([0, *lengths]).astype(np.int64)
    return Panel(names, starts, time[inside], columns, timeframe="5m", hours=hours)


def test_the_drawn_signals_come_to_every_end():
    ends_ = {told(outcomes(*drawn(s, t)), k)[:2] for s, t in CASES[:8] for k in range(60)}
    assert ends_ == {
        ("active", "open"), ("expired", "no_trade"), ("cancelled", "no_trade"), ("triggered", "open"),
        ("closed", "success"), ("closed", "failure"), ("closed", "timed_out"),
    }  # fmt: skip


def mirrored(panel, signals):
    """Return the same market upside down: prices negated about 200, sides turned."""
    flip = {"open": "open", "high": "low", "low": "high", "close": "close"}
    columns = {**panel.columns, **{name: 200.0 - panel.columns[of] for name, of in flip.items()}}
    levels = {name: 200.0 - getattr(signals, name) for name in ("entry", "stop", "target1")}
    return replace(panel, columns=columns), replace(signals, side=-signals.side, **levels)


@given(st.integers(100, 10_000), st.sampled_from(["1d", "30m"]))
def test_a_mirrored_market_gives_every_sell_the_outcome_of_its_buy(seed, timeframe):
    panel, signals = drawn(seed, timeframe)
    one, other = outcomes(panel, signals), outcomes(*mirrored(panel, signals))
    for name in ("status", "outcome", "trigger_bar", "exit_bar", "known_at", "bars_held", "r", "mae", "mfe"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
    assert np.array_equal(one.exit_price, 200.0 - other.exit_price, equal_nan=True)


@given(st.integers(100, 10_000), st.sampled_from(["1d", "30m"]), st.floats(0.2, 1.0))
def test_a_panel_that_ends_earlier_tells_what_was_known_then(seed, timeframe, share):
    panel, signals = drawn(seed, timeframe)
    assert foreknown(panel, signals, share) == []


def foreknown(panel, signals, share) -> list:
    """Return the signals that a panel cut short tells another story of than was known by then."""
    times = np.unique(panel.time)
    cut = panel.until(int(times[int(share * (times.size - 1))]))
    through = module.reached(cut)
    kept = np.flatnonzero(panel.time[signals.bar] <= cut.time.max()) if cut.n_bars else np.empty(0, int)
    symbol = np.searchsorted(panel.starts, signals.bar[kept], side="right") - 1
    moved = {name: getattr(signals, name)[kept] for name in vars(signals)}
    moved["bar"] = signals.bar[kept] - panel.starts[symbol] + cut.starts[symbol]
    then, now = outcomes(cut, Signals(**moved)), outcomes(panel, signals)
    wrong = []
    for place, k in enumerate(kept):
        known = now.known_at[k] <= through
        same = (then.status[place], then.outcome[place], then.known_at[place]) == (
            now.status[k], now.outcome[k], now.known_at[k],
        )  # fmt: skip
        if known != same and not (not known and then.outcome[place] == module.UNDECIDED):
            wrong.append(int(k))
        if known and not np.array_equal(then.r[place], now.r[k], equal_nan=True):
            wrong.append(int(k))
    return wrong


def in_pieces(panel, signals, cuts) -> Running:
    """Return the signals after the panel's bars have come in pieces, some of them twice."""
    symbol = np.searchsorted(panel.starts, signals.bar, side="right") - 1
    clock, session = Clock.of(panel), panel.columns["session"][signals.bar].astype(np.int64)
    running_ = Running(clock, session, clock.marks(session, panel.columns["minute"][signals.bar]), signals)
    through, before = 0, None
    for piece in pieces(panel, cuts):
        through = max(through, reached(piece))
        running_.advance(piece, symbol, through)
        for again in (before,) if before is not None else ():
            running_.advance(again, symbol, through)
        before = piece
    return running_


@given(st.integers(100, 10_000), st.sampled_from(["1d", "30m"]), st.lists(st.integers(1, 100), max_size=6, unique=True))
def test_bars_that_come_in_pieces_come_to_the_same_as_all_at_once(seed, timeframe, cuts):
    panel, signals = drawn(seed, timeframe)
    whole, parts = outcomes(panel, signals), in_pieces(panel, signals, cuts)
    for name in ("status", "outcome", "trigger_price", "triggered_at", "known_at", "r"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name), equal_nan=True), name
    assert np.array_equal(whole.bars_held, parts.held)
    assert np.array_equal(whole.mae, (parts.worst - parts.side * parts.trigger_price) / parts.risk, equal_nan=True)


@pytest.mark.parametrize("timeframe", ["1d", "30m"])
def test_bar_after_bar_comes_to_the_same_as_all_at_once(timeframe):
    panel, signals = drawn(7, timeframe)
    parts = in_pieces(panel, signals, range(1, np.unique(panel.time).size))
    assert np.array_equal(outcomes(panel, signals).known_at, parts.known_at)
    assert np.array_equal(outcomes(panel, signals).r, parts.r, equal_nan=True)


# ------------------------------------------------------------------------------------------------------ planted bugs


def planted(monkeypatch, name: str, old: str, new: str) -> None:
    """Put another line into a loop (run as plain Python: the same source)."""
    import inspect

    source = inspect.getsource(getattr(kernels, name))
    assert source.count(old) == 1
    space: dict = {**vars(kernels)}
    exec("from __future__ import annotations\n" + source.replace(old, new), space)  # noqa: S102  the bug itself
    which = {"find_triggers": "compiled_triggers", "find_exits": "compiled_exits"}[name]
    monkeypatch.setattr(running, which, lambda: bind(space[name], {}))


BUGS = {
    "it triggers on its own bar": ("find_triggers", "seen[k]), end[k]", "seen[k] - 1440), end[k]"),
    "it triggers a bar late": ("find_triggers", "seen[k]), end[k]", "seen[k]) + 1, end[k]"),
    "it may trigger a session late": ("find_triggers", "mark[i] > last[k]", "mark[i] > last[k] + 1440"),
    "the level must be passed": ("find_triggers", "best < s * entry[k] - HAIR * abs(entry[k])", "best <= s * entry[k]"),
    "the level is paid after a gap": ("find_triggers", "s * o[i] < s * entry[k]", "True"),
    "the target goes before the stop": ("find_exits", "if low <= at_bad:", "if low <= at_bad and high < good:"),
    "a gap is filled at the stop": ("find_exits", "min(begins, bad) if at_open else bad", "bad"),
    "the trigger's bar is not judged": ("find_exits", "seen[k]), end[k]", "seen[k] + 1), end[k]"),
    "the horizon is a session short": ("find_exits", "mark[i] > last[k]", "mark[i] > last[k] - 1440"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_the_obvious_version_catches(bug, monkeypatch):
    planted(monkeypatch, *BUGS[bug])
    assert any(disagreements(*drawn(seed, timeframe)) for seed, timeframe in CASES)


def test_a_loop_in_plain_python_without_a_bug_agrees(monkeypatch):
    planted(monkeypatch, "find_triggers", "-1, np.nan", "-1, float('nan')")
    assert disagreements(*drawn(0, "1d")) == []


def test_the_law_of_what_is_known_catches_an_outcome_known_before_its_bar_has_closed(monkeypatch):
    half_an_hour, truly = 1_800_000_000, Clock.closed_at
    monkeypatch.setattr(Clock, "closed_at", lambda *args: truly(*args) - half_an_hour)
    monkeypatch.setattr(module, "reached", lambda panel: reached(panel) + half_an_hour)
    assert any(foreknown(*drawn(seed, "30m"), share) for seed in range(12) for share in (0.3, 0.5, 0.7))


def test_the_law_of_what_is_known_catches_a_horizon_that_ends_early(monkeypatch):
    truly = Clock.closes
    monkeypatch.setattr(Clock, "closes", lambda self, days: truly(self, days - 1))
    assert any(foreknown(*drawn(seed, "1d"), share) for seed in range(12) for share in (0.5, 0.6, 0.7, 0.8))
