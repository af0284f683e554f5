"""`scanner signals`: the list and its filters, one signal, a cancel by hand, hit rates of history and of the log."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tapehawk.core.rates import wilson
from tapehawk.core.signal_record import Change, SetupKey, Signal
from tapehawk.data.signal_log import Noted, SignalLog
from tapehawk.scan.hit_rates import BY

AT = 1_719_000_000_000_000


def made(symbol="AAPL", scanner="gap", bar="2024-03-11T13:30:00Z", origin="live", **row) -> Signal:
    facts = {
        "symbol": symbol, "bar_time": bar, "available_at": bar, "scanner": scanner, "pattern": "up",
        "direction": "BUY", "entry": 100.0, "stop": 98.0, "target1": 102.0, "target2": 104.0, "confidence": 60.0,
        "score": 60.0, "volume": 1e6, "atr": 2.0, "rvol": 1.5, "position_size": 50.0, "size_reason": None,
        "risk_amount": 100.0, "phase": "regular", "confluence_factors": ["trend"], "labels": [], **row,
    }  # fmt: skip
    key = SetupKey(scanner, facts["pattern"], symbol, "us:test", "5m", bar)
    return Signal(key, "regular", "us", origin, "close", facts, (Change("active", AT),), "v1")


TRIGGERED = Change("triggered", AT + 1, price=100.5, bar=1.0)
WON = Change("closed", AT + 2, "success", price=102.0, r=0.75, mae=-0.2, mfe=0.75, bars_held=4)
LOST = Change("closed", AT + 3, "failure", price=98.0, r=-1.25, mae=-1.25, mfe=0.1, bars_held=2)


@pytest.fixture
def told(tmp_path):
    """Put some signals into the log; return them by name."""
    store = tmp_path / "store"
    some = {
        "won": made(),
        "lost": made("MSFT", bar="2024-03-12T13:30:00Z", direction="SELL", stop=102.0, target1=98.0),
        "on": made("NVDA", "breakout", "2024-03-13T13:30:00Z", confidence=40.0),
        "new": made("AMD", bar="2024-03-14T13:30:00Z", pattern="down"),
    }
    keys = {name: str(one.key) for name, one in some.items()}
    ways = [("won", TRIGGERED), ("won", WON), ("lost", TRIGGERED), ("lost", LOST), ("on", TRIGGERED)]
    SignalLog(store, "live").note(some.values(), [Noted(keys[name], change) for name, change in ways])
    simulated = made("SIMA", bar="2024-03-15T13:30:00Z", origin="simulated", labels=["simulated"])
    SignalLog(store, "simulated").note([simulated])
    return {**some, "simulated": simulated}


def symbols(rows) -> list[str]:
    return [row["symbol"] for row in rows]


def test_signals_are_listed_newest_first_with_what_became_of_them(told, answer):
    rows = answer("signals")
    assert symbols(rows) == ["SIMA", "AMD", "NVDA", "MSFT", "AAPL"]
    won = rows[-1]
    assert (won["status"], won["outcome"], won["r"], won["hypothetical_pnl"]) == ("closed", "success", 0.75, 75.0)
    assert (won["trigger_price"], won["exit_price"], won["id"]) == (100.5, 102.0, told["won"].id)
    assert won["setup_key"] == "gap|up|AAPL|us:test|5m|2024-03-11T13:30:00Z"
    assert rows[2]["hypothetical_pnl"] is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--symbol", "NVDA"], ["NVDA"]),
        (["--scanner-type", "breakout"], ["NVDA"]),
        (["--pattern", "down"], ["AMD"]),
        (["--direction", "SELL"], ["MSFT"]),
        (["--status", "closed"], ["MSFT", "AAPL"]),
        (["--status", "active"], ["SIMA", "AMD"]),
        (["--min-confidence", "50"], ["SIMA", "AMD", "MSFT", "AAPL"]),
        (["--from", "2024-03-12", "--to", "2024-03-13"], ["NVDA", "MSFT"]),
        (["--status", "expired"], []),
    ],
)
def test_filters_narrow_the_list(told, answer, asked, found):
    assert symbols(answer("signals", *asked)) == found


@pytest.mark.parametrize(
    "asked",
    [
        ["--status", "open"], ["--direction", "UP"], ["--min-confidence", "101"],
        ["--from", "2024-03-12", "--to", "2024-03-11"], ["show", "zzz"], ["rates", "--source", "rumour"], ["rates"],
        ["rates", "--source", "live", "--by", "weather"],
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_bad_input_and_what_is_not_there_no_data(told, scanner, asked):
    done = scanner("signals", *asked)
    assert done.exit_code == (3 if "zzz" in asked else 2)
    assert "error:" in done.stderr


def test_the_table_shows_how_each_stands_and_says_what_is_hypothetical_or_simulated(told, scanner):
    out = scanner("signals").stdout
    assert "signals · 5 · 2 active, 1 triggered, 1 failure, 1 success" in out
    (line,) = [line for line in out.splitlines() if "AAPL" in line]
    assert all(part in line for part in (told["won"].id[:6], "success", "+0.75", "+75.00", "BUY"))
    assert "simulated" in next(line for line in out.splitlines() if "SIMA" in line)
    assert "hypothetical" in out


def test_a_store_without_signals_says_what_makes_them(scanner, answer):
    assert "scanner live" in scanner("signals").stdout
    assert answer("signals") == []


def test_csv_has_a_row_a_signal(told, scanner):
    rows = list(csv.DictReader(io.StringIO(scanner("signals", "--format", "csv").stdout)))
    assert symbols(rows) == ["SIMA", "AMD", "NVDA", "MSFT", "AAPL"]
    assert rows[0]["labels"] == "simulated"
    assert rows[-1]["confluence_factors"] == "trend"


def test_one_signal_is_shown_with_its_history_by_key_id_or_its_beginning(told, scanner, answer):
    one = told["won"]
    by = [answer("signals", "show", name) for name in (one.id, one.id[:5], str(one.key))]
    assert by[0] == by[1] == by[2]
    assert [step["status"] for step in by[0]["history"]] == ["active", "triggered", "closed"]
    assert by[0]["history"][-1] == {
        "at": "2024-06-21T20:00:00.000002Z", "status": "closed", "outcome": "success", "price": 102.0, "r": 0.75,
        "mae": -0.2, "mfe": 0.75, "bars_held": 4, "reason": "",
    }  # fmt: skip
    out = scanner("signals", "show", one.id).stdout
    assert "success · 4 bars, worst -0.20 R, best +0.75 R" in out
    assert "hypothetical P&L +75.00" in out
    assert "[simulated]" in scanner("signals", "show", told["simulated"].id).stdout


def test_the_beginning_of_several_ids_is_bad_input(told, scanner):
    done = scanner("signals", "show", "")
    assert done.exit_code == 2
    assert "5 signals begin with" in done.stderr


@pytest.mark.parametrize("name", ["on", "new"])
def test_what_goes_on_can_be_cancelled_once(told, answer, scanner, name):
    one = told[name]
    done = answer("signals", "cancel", one.id)
    assert (done["status"], done["outcome"], done["history"][-1]["reason"]) == ("cancelled", "no_trade", "by hand")
    assert answer("signals", "show", one.id)["status"] == "cancelled"
    again = scanner("signals", "cancel", one.id)
    assert again.exit_code == 2
    assert "cancelled is final" in again.stderr


def test_hit_rates_of_the_log_are_of_one_origin(told, answer):
    live = answer("signals", "rates", "--source", "live")
    by = {tuple(one["group"].values()): one for one in live["rates"]}
    assert {key: (one["n"], one["signals"]) for key, one in by.items()} == {
        ("breakout", "up"): (0, 1), ("gap", "down"): (0, 1), ("gap", "up"): (2, 2),
    }  # fmt: skip
    assert by["gap", "up"]["rate"] == 0.5
    assert "hypothetical" in live["made_of"]
    simulated = answer("signals", "rates", "--source", "simulated")
    assert [one["signals"] for one in simulated["rates"]] == [1]
    assert simulated["labels"] == ["simulated"]


@pytest.mark.usefixtures("stored")
def test_hit_rates_of_history_are_of_every_row_the_scanner_shows(answer):
    found = answer("signals", "rates", "--scanner-type", "inside_bar", "--end-date", "2025-06-30")
    assert [one["group"]["pattern"] for one in found["rates"]] == ["breakdown", "breakout"]
    rows = answer("run", "--scanner-type", "inside_bar", "--start-date", "2024-06-03")["results"]
    for one in found["rates"]:
        ends = one["successes"] + one["failures"] + one["timed_out"]
        assert one["n"] == ends
        assert one["signals"] == ends + one["open"] + one["expired"] + one["cancelled"]
        assert 0.7 * len(rows) < sum(each["signals"] for each in found["rates"]) <= len(rows)
        assert one["interval"] == vars(wilson(one["successes"], one["n"]))
        assert one["clustered"]["low"] < one["rate"] < one["clustered"]["high"]
    assert found["labels"] == ["simulated"]


@pytest.mark.usefixtures("stored")
def test_the_table_of_rates_has_groups_intervals_labels_and_the_scanners_notes(scanner):
    done = scanner("signals", "rates", "--scanner-type", "breakout", "--by", "decile")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("hit rates · history  [simulated]")
    assert all(word in done.stdout for word in ("decile", "scores", "95 % by dates", "mean R", "hypothetical"))
    assert "note breakout: " in done.stdout
    cells = list(csv.DictReader(io.StringIO(scanner(*RATES, "--format", "csv").stdout)))
    assert {"decile", "n", "rate", "low", "high_by_dates"} <= set(cells[0])


RATES = ("signals", "rates", "--scanner-type", "breakout", "--by", "decile")


@pytest.mark.usefixtures("stored")
def test_intraday_signals_have_rates_too(answer):
    found = answer("signals", "rates", "--scanner-type", "volume_spike", "--timeframe", "5m", "--by", "phase")
    assert found["rates"][0]["n"] > 0
    assert json.dumps(found)


@pytest.mark.usefixtures("stored")
def test_rates_by_regime_are_of_the_market_that_is_stored(answer):
    found = answer("signals", "rates", "--scanner-type", "inside_bar", "--by", "regime")
    assert {one["group"]["regime"] for one in found["rates"]} <= {"bull", "bear", "sideways", None}
    assert len(found["rates"]) > 1


def test_the_help_names_every_way_to_group(scanner):
    said = " ".join(scanner("signals", "rates", "--help").output.split())
    ways = set(BY) - {"confidence_from"}  # which only the records of users have
    assert {way for way in ways if way not in said} == set()
