"""`scanner quick`: rows at once, depth as it comes, on a screen, in a pipe and for programs."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console, Group

from tapehawk.cli.quick_rows import WAITING, deepened, why_nothing
from tapehawk.cli.quick_screen import Lines, Screen, shown_by
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    QuickScanComplete,
    StateChanged,
    SymbolAnalyzed,
)
from tests.scan import quick_market

NEVER_READY = """
from threading import Event
from tapehawk.app.quick import Analysts
from tapehawk.cli.main import main
Analysts.ready = lambda *_: Event().wait()
main()
"""
"""The command, with a second phase that never begins."""
DEEP = {
    "opportunity_score": 71.25,
    "market_regime": {"available": True, "regime": "bull", "confidence": 0.6, "volatility": "low"},
    "sl_tp": {"available": True, "stopLoss": 95.0, "takeProfit": 112.5, "riskReward": 2.5},
    "confluence": {"available": True, "strength": "STRONG", "share": 0.75},
    "ml_prediction": {"available": False, "reason": "abstains"},
}


def row(symbol: str, strength: float = 60.0, labels: tuple[str, ...] = ("simulated",)) -> dict:
    return {
        "symbol": symbol, "exchange": "nyse", "price": 100.0, "change24h": 1.5, "signal": "BUY", "strength": strength,
        "rsi": 55.0, "macd": "bullish", "status": "quick_scan", "timestamp": "2025-06-30T20:00:00Z", "grade": "weak",
        "ema": "above", "labels": list(labels),
    }  # fmt: skip


def messages(done) -> list[dict]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def drawn(screen: Screen, *, width: int = 120, height: int = 24) -> list[str]:
    """What a terminal of this size shows."""
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    console.print(Group(*screen.drawn(width, height)))
    return console.file.getvalue().splitlines()


def screen_of(count: int) -> Screen:
    screen = Screen(Console(file=io.StringIO()), "1d")
    screen.hear(QuickScanComplete("s", tuple(row(f"S{number:04}", 90 - number / 100) for number in range(count))))
    return screen


# ------------------------------------------------------------------------------------------- for programs


def test_messages_have_the_names_of_the_wire_the_rows_first_and_the_end_last(stored, scanner):
    said = messages(scanner("quick", "--format", "json"))
    assert [said[0]["type"], said[-1]["type"]] == ["quickScanComplete", "deepAnalysisComplete"]
    assert {one["scanId"] for one in said} == {said[0]["scanId"]}
    analyzed = {one["symbol"]: one["deepData"] for one in said if one["type"] == "symbolAnalyzed"}
    rows = {one["symbol"]: one for one in said[0]["signals"]}
    assert set(analyzed) == set(rows)
    assert all(one["labels"][0] == "simulated" and one["status"] == "quick_scan" for one in rows.values())
    sided = next(symbol for symbol, one in rows.items() if one["signal"] != "HOLD")
    levels, side = analyzed[sided]["sl_tp"], rows[sided]["signal"]
    assert levels["side"] == side
    assert (levels["stopLoss"] < rows[sided]["price"]) is (side == "BUY")


def test_named_symbols_alone_are_scanned_and_a_missing_one_is_said(stored, scanner):
    names = [one["symbol"] for one in messages(scanner("quick", "--format", "json"))[0]["signals"][:2]]
    done = scanner("quick", *names, "NOPE", "--format", "json")
    assert sorted(one["symbol"] for one in messages(done)[0]["signals"]) == sorted(names)
    assert "NOPE: not stored" in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("NOPE",), 3, "NOPE: not stored"),
        (("--timeframe", "60m"), 2, "unknown timeframe '60m'"),
        (("--timeframe", "1m"), 3, "no 1m bars"),
        (("--universe", "crypto"), 3, "bars of the market 'crypto'"),
        (("--universe", "nowhere"), 2, "unknown universe 'nowhere'"),
    ],
)
def test_what_can_not_be_scanned_is_said_with_its_code(stored, scanner, args, code, said):
    done = scanner("quick", *args)
    assert done.exit_code == code, done.output
    assert said in " ".join(done.output.split())


def test_where_everyone_is_every_stock_it_is_said_that_there_are_coins(tmp_path, monkeypatch, scanner):
    root = quick_market.stored(tmp_path / "store", UPP=quick_market.UP)
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    said = "there are coins too: --universe crypto"
    assert said not in scanner("quick", "--format", "json").stderr, "there are none yet"
    quick_market.coins(root, [bar[3] for bar in quick_market.UP])
    done = scanner("quick", "--format", "json")
    assert said in done.stderr
    assert [row["symbol"] for row in messages(done)[0]["signals"]] == ["UPP"]
    for asked in (("UPP",), ("--universe", "crypto")):
        assert said not in scanner("quick", *asked, "--format", "json").stderr


def test_intraday_bars_are_scanned_when_they_are_asked_for(stored, scanner):
    said = messages(scanner("quick", "--timeframe", "5m", "--format", "json"))
    assert {one["timestamp"][:10] for one in said[0]["signals"]} == {"2025-06-30"}


# --------------------------------------------------------------------------------------------- in a pipe


def test_a_pipe_gets_every_row_and_then_a_line_a_symbol(stored, scanner):
    done = scanner("quick")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("quick scan · 1d · ")
    assert lines[0].endswith("[simulated]")
    count = int(lines[0].split(" · ")[2].split()[0])
    assert lines[-1] == "all analysed"
    assert sum("  score " in line and "  confluence " in line for line in lines) == count
    assert "\x1b" not in done.stdout


def test_a_line_says_why_nothing_is_known():
    console = Console(file=io.StringIO(), width=200, color_system=None)
    with Lines(console, "1d") as shown:
        shown.hear(QuickScanComplete("s", (row("AAA"), row("BBB"))))
        shown.hear(SymbolAnalyzed("AAA", "s", {"available": False, "reason": "it took longer than 30 s"}))
        shown.hear(SymbolAnalyzed("BBB", "s", DEEP))
        shown.hear(AnalysisProgress("s", 2, 0))
        shown.hear(DeepAnalysisComplete("s"))
    lines = console.file.getvalue().splitlines()
    assert "AAA  it took longer than 30 s" in lines
    assert any(line.startswith("BBB  BUY 60.0  score 71.2  regime bull  stop 95.00  target 112.50") for line in lines)
    assert lines[-1] == "all analysed · 1 without an analysis (AAA: it took longer than 30 s)"
    assert shown.is_complete


# ------------------------------------------------------------------------------------------- on a screen


def test_a_row_waits_with_rings_and_fills_in():
    screen = screen_of(2)
    before = drawn(screen)
    screen.hear(SymbolAnalyzed("S0001", "s", DEEP))
    screen.hear(AnalysisProgress("s", 1, 1))
    after = drawn(screen)
    (waiting, still), (_, filled) = ([line for line in lines if line.startswith("S00")] for lines in (before, after))
    assert waiting.count("◌") == still.count("◌") == 7
    for value in ("71.2", "bull", "95.00", "112.50", "2.5", "STRONG", "–"):
        assert value in filled
    assert after[-1] == "1 of 2 analysed"


def test_columns_keep_their_places_while_values_come():
    screen = screen_of(3)
    head = drawn(screen)[1]
    screen.hear(SymbolAnalyzed("S0001", "s", DEEP))
    assert drawn(screen)[1] == head


@pytest.mark.parametrize(("height", "width"), [(24, 120), (10, 120), (40, 90), (7, 60)])
def test_thousands_of_symbols_are_the_strongest_that_fit_and_how_many_more(height, width):
    lines = drawn(screen_of(3000), width=width, height=height)
    rows = [line.split()[0] for line in lines if line.startswith("S")]
    assert rows == [f"S{number:04}" for number in range(len(rows))]
    assert len(rows) == height - 6
    assert len(lines) <= height
    assert f"{3000 - len(rows):,} more symbols" in " ".join(lines)


def test_labels_of_all_rows_stand_in_the_title_and_those_of_one_beside_it():
    screen = Screen(Console(file=io.StringIO()), "1d")
    screen.hear(QuickScanComplete("s", (row("AAA"), row("BBB", labels=("simulated", "stale since 2025-01-02")))))
    lines = drawn(screen, width=160)
    assert lines[0] == "quick scan · 1d · 2 symbols  [simulated]"
    assert [("stale since" in line) for line in lines[3:5]] == [False, True]


def test_a_part_that_says_nothing_leaves_its_cell_empty_and_the_others_full():
    parts = {
        **DEEP,
        "sl_tp": {"available": False, "reason": "HOLD has no side"},
        "opportunity_score": {"available": False},
    }
    shown = deepened(parts)
    assert (shown["stop"], shown["score"], shown["regime"], shown["confluence"]) == (None, None, "bull", "STRONG")
    assert WAITING not in shown.values()
    assert why_nothing(parts) is None


def test_programs_pipes_terminals_and_dumb_terminals_are_shown_each_in_its_way():
    pipe, terminal = Console(file=io.StringIO()), Console(file=io.StringIO(), force_terminal=True, _environ={})
    dumb = Console(file=io.StringIO(), force_terminal=True, _environ={"TERM": "dumb"})
    kinds = [type(shown_by(one, "1d", as_json=False)).__name__ for one in (pipe, terminal, dumb)]
    assert kinds == ["Lines", "Screen", "Lines"]
    assert type(shown_by(terminal, "1d", as_json=True)).__name__ == "Messages"


def test_ctrl_c_gives_the_terminal_back_with_the_rows_and_says_interrupted(stored):
    mine, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "LINES": "24", "COLUMNS": "120"}
    command = [sys.executable, "-c", NEVER_READY, "quick"]
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, env=environment, close_fds=True)
    os.close(its)
    seen = read_until(mine, b"quick scan")
    process.send_signal(signal.SIGINT)
    seen += read_until(mine, None)
    assert process.wait(60) == 130
    text = seen.decode()
    entered, left = text.count("\x1b[?1049h"), text.count("\x1b[?1049l")
    assert entered == left == 1
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # the cursor is there again
    assert "symbols" in text[text.rindex("\x1b[?1049l") :]


def read_until(file: int, wanted: bytes | None) -> bytes:
    """Read a terminal until it shows something, or to its end."""
    seen, limit = b"", time.monotonic() + 120
    while time.monotonic() < limit and (wanted is None or wanted not in seen):
        if not select.select([file], [], [], 1.0)[0]:
            continue
        try:
            part = os.read(file, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    return seen


def test_where_scans_go_on_the_newest_rows_stand_with_what_changed_since_the_scan_before():
    screen = screen_of(3)
    screen.hear(DeepAnalysisComplete("scan_1"))
    screen.hear(QuickScanComplete("scan_2", (row("NEW", 80.0), row("OLD", 61.0))))
    screen.hear(StateChanged("OLD", "signal", "BUY", "SELL"))
    screen.hear(StateChanged("OLD", "strength", 61.25, 80.0))
    shown = drawn(screen)
    assert "2 symbols" in shown[0]
    assert "changed: OLD signal BUY → SELL, OLD strength 61.25 → 80" in shown[-1]
    assert not any("all analysed" in text for text in shown)


def test_a_watch_needs_an_interval(stored, scanner, monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__QUICK_INTERVAL_MINUTES", "0")
    done = scanner("quick", "--watch")
    assert done.exit_code == 2
    assert "quick_interval_minutes" in done.stderr
