"""The command as a process: exit codes, pipes, colour, interrupts, and what is imported."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCANNER = Path(sys.executable).parent / "scanner"
RUN = ("run", "--scanner-type", "inside_bar")
pytestmark = pytest.mark.usefixtures("stored")


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its output piped."""
    variables = {**os.environ, **environment}
    return subprocess.run([SCANNER, *args], env=variables, capture_output=True, text=True, check=False, timeout=120)


def on_a_terminal(*args: str, columns: int = 100, **environment: str) -> tuple[str, int]:
    """Run the command on a terminal of its own; return what it showed and its exit code."""
    ours, its = pty.openpty()
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment}
    process = subprocess.Popen([SCANNER, *args], env=variables, stdin=its, stdout=its, stderr=its, close_fds=True)
    os.close(its)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return shown.decode(), process.wait(timeout=60)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("list",), 0),
        (RUN, 0),
        (("run", "--scanner-type", "brakout"), 2),
        (("run", "--no-such-option"), 2),
        (("formula", "close >"), 2),
        (("run", "--scanner-type", "ml"), 3),
    ],
)
def test_the_process_ends_with_the_published_code(args, code):
    assert run(*args).returncode == code


def test_an_answer_goes_to_standard_output_and_remarks_to_standard_error():
    done = run(*RUN, "--format", "json")
    assert json.loads(done.stdout)["results"]
    assert done.stderr.startswith("saved in ")


def test_piped_output_is_plain_and_not_cut():
    done = run(*RUN)
    assert "\x1b" not in done.stdout + done.stderr
    assert "…" not in done.stdout
    assert "confluence" in done.stdout


def test_a_terminal_gets_colour_and_no_color_and_the_setting_turn_it_off():
    assert "\x1b[32m" in on_a_terminal(*RUN)[0]
    assert "\x1b[32m" not in on_a_terminal(*RUN, NO_COLOR="1")[0]
    assert "\x1b[32m" not in on_a_terminal(*RUN, SCANNER__CLI__COLOR_OUTPUT="false")[0]


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_table_fits_the_terminal_and_says_what_it_left_out(columns):
    shown, code = on_a_terminal("run", "--scanner-type", "breakout", columns=columns, NO_COLOR="1")
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.rpartition("\x1b[2K")[2]).replace("\r", "").splitlines()
    assert code == 0
    assert max(len(line) for line in lines if not line.startswith("saved in ")) <= columns
    assert "more columns (a wider terminal shows them)" in " ".join(lines)
    assert any(line.startswith("symbol") and "stop" in line for line in lines)


@pytest.mark.parametrize("format_", ["table", "csv", "json"])
def test_a_reader_that_leaves_is_no_error(format_):
    with subprocess.Popen(
        [SCANNER, *RUN, "--start-date", "2024-06-03", "--format", format_],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SCANNER__CLI__AUTO_SAVE_RESULTS": "false"},
    ) as process:
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


LONG_QUESTION = """
import time
import tapehawk.data.sql

def asked(*_):
    print("asked", flush=True)
    time.sleep(60)

tapehawk.data.sql.query = asked
from tapehawk.cli.main import main
main()
"""


def test_an_interrupt_is_130_and_no_traceback():
    command = [sys.executable, "-c", LONG_QUESTION, "sql", "select 1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert (process.returncode, said) == (130, "interrupted\n")


def test_a_bug_is_1_with_a_request_to_report_it():
    code = "import tapehawk.data.sql as s; s.query = lambda *_: 1 / 0; from tapehawk.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "sql", "select 1"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.rstrip().endswith("Please report it with the lines above.")


def test_an_encoding_without_our_signs_shows_something_else():
    assert run(*RUN, PYTHONIOENCODING="ascii").returncode == 0


def imported_by(*args: str) -> set[str]:
    """Return the packages that a command imports."""
    code = f"""
import sys
sys.argv = ["scanner", *{args!r}]
from tapehawk.cli.main import main
try:
    main()
finally:
    print(*{{name.split(".")[0] for name in sys.modules}}, file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_help_imports_nothing_heavy():
    heavy = {"numpy", "numba", "polars", "deltalake", "duckdb"}
    assert imported_by("--help") & {*heavy, "pydantic"} == set()
    assert imported_by("run", "--help") & heavy == set()  # typer reads a command's own options with pydantic


def test_a_scan_of_a_built_panel_imports_no_frames_and_no_store_engine():
    run("run", "--scanner-type", "breakout")
    assert imported_by("run", "--scanner-type", "breakout") & {"polars", "deltalake", "duckdb", "tomlkit"} == set()


def test_the_shell_completes_scanners_settings_and_symbols():
    def complete(words: str) -> str:
        count = str(len(words.split(" ")) - 1)
        return run(_SCANNER_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count).stdout

    run("run", "--scanner-type", "breakout")
    assert complete("scanner run --scanner-type in").split() == ["inside_bar"]
    assert complete("scanner config get risk.").split() == ["risk.account_size", "risk.per_trade"]
    assert "run" in complete("scanner r")
    symbol = json.loads(run(*RUN, "--format", "json").stdout)["results"][0]["symbol"]
    assert symbol in complete(f"scanner run --symbols {symbol[:2]}").split()
