"""Parity of a simulated day: equal when all is well; a bug planted in either path is reported, with its reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest

from tapehawk.app import parity as joined
from tapehawk.app.asking import Asked
from tapehawk.app.parity import parity
from tapehawk.app.settings import settings
from tapehawk.core.errors import NoData
from tapehawk.core.instants import datetime_of, microseconds
from tapehawk.data import arrivals, open_session, store
from tapehawk.data.open_session import OpenSession
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill_intraday
from tapehawk.data.quarantine import record
from tapehawk.data.sealing import seal
from tapehawk.data.watermark import GRACE
from tapehawk.scan import desk, intrabar, intrabar_history, session_bars
from tapehawk.scan import parity as scan_parity
from tapehawk.scan.intrabar import is_intrabar
from tapehawk.scan.parity import UNEXPLAINED, Parity
from tapehawk.scan.session_rows import Changes
from tests.app.lived_market import day_of, receive
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import DAY, FIRST, NEXT, filled, market, of_day, symbols


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("parity") / "store", until=DAY)


@pytest.fixture
def compared(whole, monkeypatch):
    """Return a function that compares the day, by default what two scanners say of it, one of them with a cap."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))

    def compared(
        scanners=("volume_spike",), *, day: dt.date = DAY, timeframe: str = "1m", hours: str = "regular", **asked
    ) -> Parity:
        question = Asked(scanners, timeframe=timeframe, hours=hours, **asked)
        return parity(settings(), question, day, on_step=lambda _: None)

    return compared


def a_hit(root) -> tuple[str, int]:
    """Return symbol and start of a bar with a hit."""
    report = desk.Desk(root).run(desk.Question("volume_spike", start_date=DAY, end_date=DAY, timeframe="1m"))
    return report.columns["symbol"][0], int(report.columns["bar_time"][0])


def test_a_day_says_the_same_live_as_in_history(compared):
    found = compared(("all",), hours="extended")
    assert found.differences == ()
    assert found.historical == found.live > 100


def test_parameters_and_symbols_are_asked_of_both(compared):
    some = compared(symbols=symbols()[:2])
    fewer = compared(symbols=symbols()[:2], parameters={"volume_ratio": "5"})
    assert some.equal
    assert fewer.equal
    assert 0 < fewer.live < some.live < compared().live


@pytest.mark.parametrize("timeframe", ["1h", "4h"])
def test_bars_that_are_counted_from_the_regular_open_are_compared_too(monkeypatch, tmp_path, timeframe):
    """Premarket hours begin at 04:00, regular ones at 09:30; nothing is stored that shows what happens within."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path))
    fill_intraday(tmp_path, Simulator(seed=2, symbols=12), timeframe, dt.date(2024, 1, 2), DAY)
    found = parity(settings(), Asked(["all"], timeframe=timeframe, hours="extended"), DAY, on_step=lambda _: None)
    assert found.differences == ()
    assert (found.live > 5, found.intrabar) == (True, None)


@pytest.mark.parametrize(("timeframe", "hours"), [("5m", "regular"), ("30m", "extended"), ("4h", "extended")])
def test_slower_bars_are_made_of_minutes_on_both_sides_and_triggers_are_compared(compared, timeframe, hours):
    """The last bar of 4 hours ends after the day's last trade."""
    found = compared(("all",), timeframe=timeframe, hours=hours)
    assert found.differences == ()
    assert found.historical == found.live > found.intrabar > 0


def test_minutes_go_before_stored_bars_on_both_sides(whole, monkeypatch, tmp_path):
    """The stored ones say something else: their day is another market's."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(filled(tmp_path, until=DAY)))
    other = Simulator(seed=9, symbols=40).intraday("5m", DAY, DAY, symbols())
    store.append_bars(tmp_path, [(replace(SIM, timeframe="5m"), other)])
    asked = Asked(["all"], timeframe="5m")
    found = parity(settings(), asked, DAY, on_step=lambda _: None)
    assert found.differences == ()
    assert found.intrabar > 0
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    assert parity(settings(), asked, DAY, on_step=lambda _: None) == found


@pytest.mark.parametrize("asked", [{"universe": "crypto"}, {"symbols": ["BECAC1/USDT", "LOTUR1/USDT"]}])
def test_a_day_of_crypto_says_the_same_live_as_in_history(monkeypatch, tmp_path, asked):
    """A Sunday: its session is the UTC date, and what looks back does so over days without an open or a close."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path))
    day = dt.date(2024, 4, 28)
    fill_intraday(tmp_path, Simulator(seed=5), "5m", day - dt.timedelta(days=8), day, market="crypto")
    found = parity(settings(), Asked(["all"], timeframe="5m", hours="extended", **asked), day, on_step=lambda _: None)
    assert found.differences == ()
    assert found.historical == found.live > 30


def test_bars_that_a_later_split_made_untrusted_are_left_out_on_both_sides(monkeypatch, tmp_path):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(filled(tmp_path / "store", until=NEXT)))
    one = symbols()[0]
    found = pl.DataFrame({"symbol": [one], "date": [NEXT], "split_to": [2.0], "split_from": [1.0]})
    examined = pl.DataFrame({"symbol": [one], "since": [FIRST]})
    whole = parity(settings(), Asked(["volume_spike"], timeframe="1m"), DAY, on_step=lambda _: None)
    record(tmp_path / "store", SIM, found, examined=examined)
    rest = parity(settings(), Asked(["volume_spike"], timeframe="1m"), DAY, on_step=lambda _: None)
    assert rest.differences == ()
    assert 0 < rest.live < whole.live


def test_prices_are_those_of_the_day_though_history_is_adjusted_for_a_split_that_came_later(monkeypatch, tmp_path):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(filled(tmp_path / "store", until=NEXT)))
    splits = [
        {"symbol": symbol, "ex_date": NEXT, "type": "split", "split_to": 7.0, "split_from": 3.0} for symbol in symbols()
    ]
    store.append_actions(tmp_path / "store", pl.DataFrame(splits))
    asked = Asked(["reversal"], timeframe="1m", hours="extended")
    found = parity(settings(), asked, DAY, on_step=lambda _: None)
    assert found.differences == ()
    assert found.live > 10
    monkeypatch.setattr(joined, "as_known", lambda panel, *_: panel)  # planted: equal prices that rounding sets apart
    assert not parity(settings(), asked, DAY, on_step=lambda _: None).equal


def test_what_has_no_history_says_nothing_on_both_sides(compared):
    found = compared(("relative_volume", "breakout"), day=FIRST)
    assert (found.equal, found.historical, found.live) == (True, 0, 0)


def test_hours_without_a_bar_are_no_data_not_no_rows(monkeypatch, tmp_path):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path))
    early = market()[1].filter(day_of() == DAY, pl.col("time").dt.hour() < 14)
    store.append_bars(tmp_path, [(SIM, early)])
    with pytest.raises(NoData):
        parity(settings(), Asked(["volume_spike"], timeframe="1m"), DAY, on_step=lambda _: None)


# ------------------------------------------------------------------------------------------- planted bugs


def test_a_bar_dropped_on_the_live_path_is_reported_as_the_reason(compared, whole, monkeypatch):
    symbol, time = a_hit(whole)
    take = OpenSession._take

    def dropping(self, rows, *, correcting):  # planted
        lost = (rows["time"] == time) & (rows["symbol"] == self.journal.numbers.get(symbol, -1))
        return take(self, rows[~lost], correcting=correcting)

    monkeypatch.setattr(open_session.OpenSession, "_take", dropping)
    found = compared()
    assert not found.equal
    assert {one.symbol for one in found.differences} == {symbol}
    clock = f"{datetime_of(time):%H:%M:%SZ}"
    assert {one.reason for one in found.differences} == {f"the bar {symbol} {clock} never came"}
    assert found.differences[0].on == "historical"


def test_a_live_path_that_looks_a_bar_ahead_is_reported_as_a_fault_of_the_program(compared, monkeypatch):
    stored = market()[1].with_columns(pl.col("time").to_physical())
    volume = {(one["time"], one["close"]): one["volume"] for one in stored.iter_rows(named=True)}
    after = dict(zip(volume, [*list(volume.values())[1:], 0.0], strict=True))
    bars_at = session_bars.bars_at

    def peeking(path, numbers):  # planted: the volume of the next bar
        bars = bars_at(path, numbers)
        bars["volume"] = [
            after[int(time), float(close)] for time, close in zip(bars["time"], bars["close"], strict=True)
        ]
        return bars

    monkeypatch.setattr(session_bars, "bars_at", peeking)
    found = compared()
    assert {one.on for one in found.differences} == {"historical", "live", "both"}
    assert {one.reason for one in found.differences} == {UNEXPLAINED}


@pytest.mark.parametrize("planted", ["nobody is", "everybody is"])
def test_an_event_that_is_none_on_the_other_side_is_reported(compared, monkeypatch, planted):
    monkeypatch.setattr(joined, "events_among", lambda *_: lambda row: planted == "everybody is")
    found = compared()
    assert not found.equal
    assert {tuple(one.values) for one in found.differences} == {("event",)}
    assert len(found.differences) < found.live, "some are events, and others go on"


def test_a_history_that_looks_a_bar_ahead_is_reported_too(compared, monkeypatch):
    def peeking(panel, *_):  # planted
        ahead = np.append(panel.columns["volume"][1:], 0.0)
        return replace(panel, columns={**panel.columns, "volume": ahead, "raw.volume": ahead})

    monkeypatch.setattr(joined, "as_known", peeking)
    found = compared()
    assert len(found.differences) > 10
    assert {one.reason for one in found.differences} == {UNEXPLAINED}


ANY_PRICE = {"min_price": "0", "min_dollar_volume": "0"}
FOLDED = {"scanners": ("inside_bar",), "timeframe": "5m", "parameters": ANY_PRICE}


def test_a_trigger_that_is_told_a_minute_late_is_reported(compared, monkeypatch):
    beyond = intrabar.first_beyond

    def late(found, minutes, first, last):  # planted: the minute after the one that crosses
        crossed = beyond(found, minutes, first, last)
        after = np.minimum(crossed + 1, last - 1)
        return np.where(crossed >= 0, after, -1)

    monkeypatch.setattr(intrabar, "first_beyond", late)
    found = compared(**FOLDED)
    assert not found.equal
    assert all((one.intrabar, one.on, set(one.values)) == (True, "both", {"available_at"}) for one in found.differences)
    assert {one.reason for one in found.differences} == {UNEXPLAINED}


def test_an_event_among_slower_bars_that_is_none_in_history_is_reported_and_no_trigger_is(compared, monkeypatch):
    monkeypatch.setattr(joined, "events_among", lambda *_: lambda row: False)
    found = compared(**FOLDED)
    assert {(one.intrabar, one.on, tuple(one.values)) for one in found.differences} == {(False, "both", ("event",))}


def test_a_trigger_that_is_never_told_is_reported(compared, monkeypatch):
    monkeypatch.setattr(intrabar.Intrabar, "see", lambda self, _: Changes())  # planted
    found = compared(**FOLDED)
    assert {(one.intrabar, one.on) for one in found.differences} == {(True, "historical")}
    assert len(found.differences) == found.intrabar > 10


def test_a_history_that_judges_triggers_on_the_minute_of_the_close_is_reported(compared, monkeypatch):
    spans = intrabar_history._spans

    def whole_bar(bars, which):  # planted
        begins, ends = spans(bars, which)
        return begins, ends + MINUTE

    monkeypatch.setattr(intrabar_history, "_spans", whole_bar)
    found = compared(**FOLDED)
    assert {(one.intrabar, one.on) for one in found.differences} == {(True, "historical")}


def test_a_close_that_confirms_what_it_should_not_is_reported(compared, monkeypatch):
    monkeypatch.setattr(scan_parity, "judged", lambda row, _: {**row, "confirmed": True})  # planted on the live side
    found = compared(**FOLDED)
    assert {(one.on, dict(one.values)["confirmed"]) for one in found.differences} == {("both", (False, True))}


# ------------------------------------------------------------------------------------------- as it came


def test_a_day_received_live_is_replayed_with_its_late_and_revised_bars(tmp_path, monkeypatch):
    root = filled(tmp_path / "store", until=DAY - dt.timedelta(days=1))
    simulator, bars = market()
    receive(root, simulator.feed(DAY, symbols()), bars.filter(day_of() == DAY), DAY)
    came = arrivals.arrivals(root, SIM, DAY)
    assert (came["received"] > came["time"] + MINUTE + GRACE).sum() > 3, "late"
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    steps: list[str] = []
    asked = Asked(["all"], timeframe="1m", hours="extended")
    found = parity(settings(), asked, DAY, on_step=steps.append)
    assert found.differences == ()
    assert found.live > 100
    assert len(steps) == 2


def test_a_minute_that_came_late_explains_a_trigger_that_was_not_told_in_time(whole, tmp_path, monkeypatch):
    """It came after the close: the row of the close is the same in the end, the trigger is another or none."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    asked = Asked(["inside_bar"], timeframe="5m", parameters=ANY_PRICE)
    trigger = next(row for row in joined._historical(settings(), asked, DAY, "1m") if is_intrabar(row))
    crossing = microseconds(trigger["available_at"]) - MINUTE
    root = filled(tmp_path / "store", until=DAY - dt.timedelta(days=1))
    receive_but_one_late(root, trigger["symbol"], crossing)
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    found = parity(settings(), asked, DAY, on_step=lambda _: None)
    assert found.differences
    clock = f"{datetime_of(crossing):%H:%M:%SZ}"
    assert {one.intrabar for one in found.differences} == {True}
    assert all(one.reason.startswith(f"the bar {trigger['symbol']} {clock} came late") for one in found.differences)


def receive_but_one_late(root, symbol: str, time: int) -> None:
    """Journal and seal the day: every minute when it has closed, one of them ten minutes later."""
    session, bars = OpenSession(root, SIM, DAY), stream_bars(of_day())
    (place,) = [place for place, one in enumerate(bars) if (one.symbol, one.time) == (symbol, time)]
    bars[place] = msgspec.structs.replace(bars[place], received=bars[place].received + 10 * MINUTE)
    session.take(sorted(bars, key=lambda one: one.received))
    seal(root, session.journal)
