"""`scanner sync --provider ccxt` from an exchange into the store, and what is asked of it then: scans and checks."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tapehawk.app import lacking, syncing
from tapehawk.core.bars import SCHEMA
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.store import append_symbols, read_bars, stored_series
from tests.data.syncs import clock_at
from tests.fakes.exchange import FakeExchange
from tests.fakes.exchange_shapes import longer
from tests.fakes.faults import Faults
from tests.fakes.truth import Truth, simulated

FIRST, LAST = "2026-10-26", "2026-11-20"
TRUTH = simulated(market="crypto")
NAMES = TRUTH.symbols["symbol"].to_list()
SYNC = ("sync", "--provider", "ccxt", "--since", FIRST, "--symbols", ",".join(NAMES))


@pytest.fixture(autouse=True)
def saturday(monkeypatch):
    """Make it the Saturday after the last day of the truth, 01:00 UTC, for whoever syncs."""
    time = clock_at(1_795_222_800_000_000)
    for place, name in ((syncing, "run"), (lacking, "fetch")):
        monkeypatch.setattr(place, name, functools.partial(getattr(place, name), clock=time.clock))
    return time


@pytest.fixture
def fake(monkeypatch, saturday):
    with FakeExchange(TRUTH) as server:
        server.now = lambda: saturday.clock.now() / 1e6
        monkeypatch.setenv("SCANNER__PROVIDERS__CCXT__BASE_URL", server.url)
        yield server


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


def report(answer, *args):
    """Scan for candles that closed higher than they opened, whatever their price."""
    wide = ("formula=close > open", "min_price=0", "min_dollar_volume=0")
    settings = [part for one in wide for part in ("--set", one)]
    return answer("run", "--scanner-type", "formula", *settings, "--symbols", ",".join(NAMES), *args)


def assert_stored(root, timeframe, truth):
    assert_frame_equal(mine(root, timeframe), truth.select(SCHEMA.names()).sort("symbol", "time"))


def mine(root, timeframe):
    (only,) = stored_series(root, timeframe, market="crypto")
    return read_bars(root, only.series).select(SCHEMA.names()).sort("symbol", "time")


def test_days_come_to_the_last_that_is_over_weekends_too(scanner, fake, root):
    done = scanner(*SYNC)
    assert done.exit_code == 0, done.output
    for words in ("ccxt (public): 1d bars of 6 named", "6 symbols of binance", "6 steps", "6 calls"):
        assert words in done.stderr
    assert f"{TRUTH.daily.height:,} new, 0 corrected" in done.stdout
    assert f"every session from {FIRST} to {LAST} is there" in done.stdout
    assert "crypto:ccxt:binance:none:partial" in done.stdout
    assert_stored(root, "1d", TRUTH.daily)
    assert {6, 7} <= set(mine(root, "1d")["time"].dt.weekday())


def test_what_is_there_is_not_asked_for_again(scanner, fake):
    scanner(*SYNC)
    fake.asked.clear()
    again = scanner(*SYNC)
    assert again.exit_code == 0, again.output
    assert "0 steps, 6 done before" in again.stderr
    assert fake.asked == []


def test_the_day_that_has_just_ended_is_not_final_yet(answer, fake, root, saturday):
    saturday.start -= 50 * 60_000_000  # ten minutes after midnight
    assert answer(*SYNC)["plan"]["end"] == "2026-11-19"
    assert mine(root, "1d")["time"].max().date() == dt.date(2026, 11, 19)


def test_minutes_of_whole_days_are_stored_and_scanned_as_five_minutes(answer, fake, root):
    found = answer(*SYNC, "--timeframe", "1m", "--since", "2026-11-14")
    minutes = TRUTH.minutes.filter(pl.col("time").dt.date() >= dt.date(2026, 11, 14))
    assert found["report"]["bars"]["new"] == minutes.height
    assert_stored(root, "1m", minutes)
    scan = report(answer, "--timeframe", "5m")
    last = longer(minutes, "5m").filter(pl.col("time") == pl.col("time").max())
    assert {row["symbol"] for row in scan["results"]} == set(last.filter(pl.col("close") > pl.col("open"))["symbol"])
    assert {row["bar_time"] for row in scan["results"]} == {"2026-11-20T23:55:00Z"}
    assert {"volume_scope: partial", "made of 1m bars"} == {one for one in scan["labels"] if "stale" not in one}


def test_hours_are_asked_for_as_hours(answer, fake, root):
    answer(*SYNC, "--timeframe", "1h")
    hours = pl.concat([longer(TRUTH.of("1m", name), "1h") for name in NAMES])
    assert_stored(root, "1h", hours)
    assert {one.query["interval"] for one in fake.asked if "klines" in one.path} == {"1h"}


def test_a_scan_of_the_stored_days_finds_what_the_truth_holds(answer, fake, root):
    answer(*SYNC)
    scan = report(answer)
    assert (scan["series"], scan["as_of"]) == ("crypto:ccxt:binance:none:partial", LAST)
    up = TRUTH.daily.filter(pl.col("time").dt.date() == dt.date(2026, 11, 20), pl.col("close") > pl.col("open"))
    assert {row["symbol"]: row["entry"] for row in scan["results"]} == dict(up.select("symbol", "close").rows())
    assert {row["phase"] for row in scan["results"]} == {"continuous"}
    assert {row["available_at"] for row in scan["results"]} == {"2026-11-21T00:00:00Z"}
    assert any(row["position_size"] % 1 for row in scan["results"])  # coins come in parts


def test_the_universe_of_coins_is_the_exchanges_own(answer, scanner, fake, root):
    """Listings of stocks that are there already do not stand for it."""
    append_symbols(root, Simulator(symbols=5).symbols())
    found = answer("sync", "--provider", "ccxt", "--since", FIRST, "--universe", "crypto")
    assert found["plan"]["symbols"] == len(NAMES)
    assert_stored(root, "1d", TRUTH.daily)


@pytest.mark.parametrize("lost", [dt.date(2026, 11, 12), dt.date(2026, 11, 14)])  # a Thursday, a Saturday
def test_a_day_that_did_not_come_is_missed_on_any_day_of_the_week(scanner, fake, lost):
    fake.truth = Truth(daily=TRUTH.daily.filter(pl.col("time").dt.date() != lost), symbols=TRUTH.symbols)
    done = scanner(*SYNC)
    assert done.exit_code != 0
    assert str(lost) in done.stderr + done.stdout


def test_a_day_that_one_pair_lacks_is_a_gap_on_a_weekend_too(answer, scanner, fake, root):
    """A minute without a trade is none: the truth has some."""
    saturday = pl.col("time").dt.date() == dt.date(2026, 11, 14)
    lost = TRUTH.minutes.filter(~(saturday & (pl.col("symbol") == NAMES[0])))
    fake.truth = Truth(minutes=lost, symbols=TRUTH.symbols)
    scanner(*SYNC, "--timeframe", "1m", "--since", "2026-11-12")
    found = answer("data", "check", "--timeframe", "1m", "--kind", "gap")["findings"]
    assert [(one["kind"], one["symbol"], one["date"]) for one in found] == [("gap", NAMES[0], "2026-11-14")]


def test_an_unknown_pair_is_named_with_the_nearest_and_the_others_come(scanner, fake, root):
    wrong = NAMES[0].replace("/USDT", "/USDX")
    done = scanner(*SYNC[:3], "--since", FIRST, "--symbols", f"{wrong},{NAMES[1]}")
    assert done.exit_code == 2
    assert f"unknown symbol '{wrong}' (ccxt, binance)" in done.stderr
    assert NAMES[0] in done.stderr
    assert set(mine(root, "1d")["symbol"]) == {NAMES[1]}


def test_without_the_package_one_line_says_what_to_install(scanner, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    done = scanner(*SYNC)
    assert done.exit_code == 2
    assert "needs the package ccxt, which is not installed" in done.stderr
    assert "pip install 'tapehawk[crypto]'" in done.stderr


def test_an_exchange_that_is_down_is_told_in_one_line(scanner, fake):
    fake.faults = Faults(status=502)
    done = scanner(*SYNC)
    assert done.exit_code == 75
    assert "HTTP 502" in done.stderr
    assert "Traceback" not in done.output
