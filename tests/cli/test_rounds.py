"""`scanner run --stream` and `scanner monitor`: lines where they are piped, messages for programs, screens drawn."""

from __future__ import annotations

import json
import signal
import subprocess
from types import SimpleNamespace

import pytest
from rich.console import Console, Group

from tapehawk.app.asking import Asked
from tapehawk.app.streaming import RoundNews
from tapehawk.cli.monitor_screen import MonitorScreen
from tapehawk.cli.rounds import RoundLines, RoundMessages, Seen
from tapehawk.cli.stream_screen import StreamScreen
from tapehawk.core.errors import NoData
from tapehawk.scan.metrics import Tally
from tapehawk.scan.rounds import Look, Round
from tapehawk.scan.session_rows import Changes
from tests.cli.terminals import SCANNER
from tests.cli.test_live_screen import NOW, row

ONCE = ("--interval", "30", "--duration", "0.01")
REPORT = SimpleNamespace(as_of="2026-11-27", series="us:sim", labels=("simulated",))


def round_of(number: int, *looks: Look, rows: tuple[dict, ...] = ()) -> RoundNews:
    tallies = {look.scanner: Tally().plain() for look in looks}
    return RoundNews(Round(number, NOW, looks, rows), tallies, {"regular": Tally().plain()}, 1.0, 30)


FIRST = round_of(1, Look("gap", 12.0, REPORT, changes=Changes([row("A"), row("B")])), rows=(row("A"), row("B")))
SECOND = round_of(
    2, Look("gap", 12.0, REPORT, changes=Changes([row("C")], [row("A")])), Look("lc", 1.0, error=NoData("no bars")),
    rows=(row("B"), row("C")),
)  # fmt: skip


def seen() -> Seen:
    return Seen(Asked(["gap"], timeframe="1m"), lambda: NOW + 12_000_000)


def drawn(screen: StreamScreen | MonitorScreen, width: int = 110, height: int = 30) -> list[str]:
    console = Console(width=width, height=height)
    with console.capture() as capture:
        console.print(Group(*screen.draw(width, height)))
    return capture.get().splitlines()


def test_the_screen_of_a_stream_marks_what_is_new_and_what_is_gone():
    screen = StreamScreen(["gap", "lc"], seen())
    screen.tell(FIRST)
    assert not any(word in line for line in drawn(screen)[5:-1] for word in ("new", "gone"))
    screen.tell(SECOND)
    lines = drawn(screen)
    assert lines[:5] == [
        "gap, lc",
        "12:58:24 ET  regular until 13:00 ET, in 0:01:36",
        "[simulated] bars of 2026-11-27 · us:sim",
        "round 2 · 2 rows, 1 new, 1 gone · 13 ms · 1 error · next in 0:00:18",
        "12:58:12  lc: no bars",
    ]
    told = sorted(line.split()[1:3] for line in lines if line.startswith("12:56"))
    assert told == [["B", "BUY"], ["gone", "A"], ["new", "C"]]


def test_the_screen_of_a_monitor_has_counts_the_last_errors_and_what_changed():
    screen = MonitorScreen(["gap", "lc"], seen())
    assert "scanning" in drawn(screen)
    for news in (FIRST, SECOND):
        screen.tell(news)
    lines = drawn(screen)
    at = lines.index("last errors")
    assert lines[at + 1] == "12:58:12  lc: no bars"
    changed = lines[lines.index("what changed, the newest first") + 1 :]
    assert [line.split()[0] + line.split()[2] for line in changed[:2]] == ["newC", "goneA"]
    assert [line.split()[0] for line in lines if line.startswith(("gap ", "lc ", "regular"))] == [
        "gap",
        "lc",
        "regular",
    ]


def test_a_window_that_is_too_low_cuts_the_rows_and_not_the_counts():
    screen = MonitorScreen(["gap"], seen())
    screen.tell(FIRST)
    assert drawn(screen, height=16)[-1] == "Ctrl-C ends"


def test_lines_say_what_is_new_what_is_gone_and_what_went_wrong():
    console = Console(width=200)
    with console.capture() as capture:
        lines = RoundLines(console, Asked(["gap"], timeframe="1m"))
        for news in (FIRST, SECOND):
            lines.tell(news)
    told = capture.get().splitlines()
    assert told[0].startswith("time")
    assert [line.split()[:2] for line in told[1:3]] == [["12:56", "A"], ["12:56", "B"]]
    assert told[3] == "12:58:12  round 1 · 2 rows, 2 new, 0 gone · 12 ms"
    assert told[4].startswith("no longer  12:56   A")
    assert told[-1] == "12:58:12  lc: no bars"


def test_messages_are_the_live_sockets(capsys):
    messages = RoundMessages()
    for news in (FIRST, SECOND):
        messages.tell(news)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["type"] for one in told] == ["scan_update", "scan_update", "error"]
    assert [one["sequence"] for one in told] == [1, 2, 3]
    assert [r["symbol"] for r in told[1]["results"] + told[1]["withdrawn"]] == ["C", "A"]
    assert (told[2]["scanner_type"], told[2]["error"]) == ("lc", "no bars")


def test_a_days_bar_is_shown_with_its_date():
    screen = StreamScreen(["gap"], Seen(Asked(["gap"]), lambda: NOW))
    screen.tell(FIRST)
    assert any(line.startswith("27 Nov") for line in drawn(screen))


# ----------------------------------------------------------------------------------------------- as commands


@pytest.mark.usefixtures("stored")
def test_a_monitor_that_is_piped_says_a_line_a_round_and_the_counts(scanner):
    done = scanner("monitor", "--scanner-type", "inside_bar", *ONCE)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "round 1 · " in lines[0]
    assert lines[-1].split()[:2] == ["inside_bar", "1"]


@pytest.mark.usefixtures("stored")
def test_a_monitor_tells_programs_the_metrics_of_every_round(scanner):
    done = scanner("monitor", "--scanner-type", "inside_bar", *ONCE, "--format", "json")
    first, last = map(json.loads, done.stdout.splitlines())
    assert (first["type"], last["type"], last["rounds"]) == ("metrics", "complete", 1)
    assert first["scanners"]["inside_bar"]["scans"] == 1
    assert first["rows"] == first["scanners"]["inside_bar"]["signals"]
    assert first["errors"] == []


@pytest.mark.usefixtures("stored")
def test_a_stream_tells_programs_the_rows_of_a_run_and_ends_with_the_published_code(answer):
    command = [SCANNER, "run", "--scanner-type", "inside_bar", "--stream", "--interval", "60", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (130, b"interrupted\n")
    assert (first["type"], first["scanner_type"], first["withdrawn"]) == ("scan_update", "inside_bar", [])
    expected = answer("run", "--scanner-type", "inside_bar")["results"]
    assert first["results"] == expected
    assert len(expected) > 0


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run", "--scanner-type", "gap", "--interval", "5"), "--interval is for --stream"),
        (("run", "--scanner-type", "gap", "--stream", "--interval", "0"), "interval 0"),
        (("run", "--scanner-type", "gap", "--stream", "--format", "csv"), "saves none"),
        (("run", "--scanner-type", "gap", "--stream", "-o", "x.csv"), "saves none"),
        (("run", "--scanner-type", "gapp", "--stream"), "unknown scanner"),
        (("monitor", "--duration", "0"), "duration 0"),
        (("monitor", "--scanner-type", "gapp"), "unknown scanner"),
    ],
)
def test_what_cannot_be_streamed_is_said(scanner, args, said):
    done = scanner(*args)
    assert done.exit_code == 2, done.output
    assert said in done.output
