"""Log lines are JSON of the common schema, say what they are for, hold no secret, and go where the settings say."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tapehawk.app.log_files import SharedFile
from tapehawk.app.logs import about, logging_of
from tapehawk.app.redaction import redacted
from tapehawk.app.settings import settings
from tests.records.tables import with_tables

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0"


def logged(capsys, write) -> list[dict]:
    """Return the lines that `write` has logged."""
    with logging_of(settings().api):
        write()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_the_names_of_the_schema_and_says_what_it_is_for(capsys):
    def write() -> None:
        with about(request_id="r-1", scan_id="scan_1"):
            facts = {"method": "GET", "path": "/x", "status": 200, "duration": 5, "rows": 3}
            logging.getLogger("tapehawk.api").info("answered %s", "it", extra=facts)
        logging.getLogger("tapehawk.app").warning("later")

    first, second = logged(capsys, write)
    assert first["message"] == "answered it"
    assert first["log.level"] == "info"
    assert first["log"]["logger"] == "tapehawk.api"
    assert first["http"] == {"request": {"id": "r-1", "method": "GET"}, "response": {"status_code": 200}}
    assert first["url"] == {"path": "/x"}
    assert first["event"] == {"duration": 5}
    assert first["labels"] == {"scan_id": "scan_1", "rows": 3}
    assert first["@timestamp"].endswith("Z")
    assert "http" not in second


def test_what_is_raised_is_named_with_its_trace(capsys):
    def write() -> None:
        try:
            _ = 1 / 0
        except ZeroDivisionError:
            logging.getLogger("tapehawk.app").exception("a bug")

    (line,) = logged(capsys, write)
    assert (line["error"]["type"], line["error"]["message"]) == ("ZeroDivisionError", "division by zero")
    assert "test_logs.py" in line["error"]["stack_trace"]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bearer {JWT}", "c2lnbmF0"),
        (f"token {JWT} refused", "eyJzdWIi"),
        ("postgresql://tape:hunter22@db/tape is away", "hunter22"),
        ("redis://:hunter22@cache:6379/0", "hunter22"),
        ("GET /ws/signals?ticket=hunter22&since=3", "hunter22"),
        ("https://api.example.org/v2?apiKey=hunter22", "hunter22"),
        ('{"password": "hunter22", "email": "a@b.c"}', "hunter22"),
        ("POLYGON_API_KEY=hunter22", "hunter22"),
        ("https://hooks.slack.com/services/T0/B0/hunter22", "hunter22"),
        ("https://api.telegram.org/bot12345:hunter22/sendMessage", "hunter22"),
    ],
)
@pytest.mark.parametrize("place", ["message", "fact", "trace", "deep"])
def test_no_secret_reaches_a_log_wherever_it_stands(capsys, text, secret, place):
    def write() -> None:
        log = logging.getLogger("tapehawk.app")
        if place == "message":
            log.info(text)
        elif place == "fact":
            log.info("x", extra={"note": text})
        elif place == "deep":
            log.info("x", extra={"note": {"inside": [text]}})
        else:
            try:
                raise ValueError(text)  # noqa: TRY301  its trace is what is looked at
            except ValueError:
                log.exception("x")

    said = json.dumps(logged(capsys, write))
    assert secret not in said
    assert "***" in said


@pytest.mark.parametrize("name", ["password", "jwt_secret", "access_token", "Authorization", "apiKey", "set-cookie"])
def test_what_is_named_like_a_secret_is_struck_out_whatever_it_looks_like(capsys, name):
    (line,) = logged(capsys, lambda: logging.getLogger("x").info("x", extra={name: "plain", "a": {name: ["plain"]}}))
    assert "plain" not in json.dumps(line)


@pytest.mark.parametrize(
    "text", ["GET /api/v1/users 200", "scan took 12 ms", "AAPL: 3 setups", "http://localhost:8000"]
)
def test_what_is_no_secret_stays(text):
    assert redacted(text) == text


def test_a_line_is_one_line_whatever_is_put_into_it(capsys):
    (line,) = logged(capsys, lambda: logging.getLogger("x").info('a\n{"forged": 1}\x1b[31m'))
    assert line["message"].startswith("a\n")


def test_a_level_below_the_settings_is_not_logged(capsys, monkeypatch):
    monkeypatch.setenv("SCANNER_LOG_LEVEL", "warning")
    assert logged(capsys, lambda: logging.getLogger("tapehawk").info("x")) == []


# ------------------------------------------------------------------------------------------- four files


def test_in_a_folder_there_are_four_files_each_of_its_kind(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCANNER_LOG_DIR", str(tmp_path / "logs"))
    with logging_of(settings().api):
        logging.getLogger("tapehawk.api.access").info("a request")
        logging.getLogger("tapehawk.records").warning("slow query")
        logging.getLogger("tapehawk.performance").info("a scan")
        logging.getLogger("tapehawk.app").error("an error")
    held = {
        path.name: [json.loads(line)["message"] for line in path.read_text().splitlines()]
        for path in (tmp_path / "logs").glob("*.log")
    }
    assert held == {
        "scanner_app.log": ["a request", "slow query", "a scan", "an error"],
        "scanner_api.log": ["a request"],
        "scanner_performance.log": ["a request", "slow query", "a scan"],
        "scanner_errors.log": ["an error"],
    }
    assert capsys.readouterr().out == ""


def test_a_slow_query_is_logged_without_its_values(house_records, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tapehawk.records.database.SLOW_MS", -1.0)

    def write() -> None:
        with house_records.read() as records:
            records.users.by_email("hunter22@example.org")

    (*_, line) = logged(capsys, write)
    assert line["message"] == "slow query"
    assert "FROM users" in line["db"]["statement"]
    assert "took_ms" in line["labels"]
    assert "hunter22" not in json.dumps(line)


@pytest.fixture
def house_records(tmp_path):
    from tapehawk.records.database import Database, sqlite_url

    made = Database(sqlite_url(tmp_path / "records"))
    with_tables(made)
    yield made
    made.close()


WRITES = """
import logging, sys
from pathlib import Path
from tapehawk.app.log_files import SharedFile
handler = SharedFile(Path(sys.argv[1]), size=20_000, kept=50)
log = logging.getLogger("many")
log.addHandler(handler)
for number in range(300):
    log.warning("%s %04d %s", sys.argv[2], number, "x" * 100)
"""


def test_processes_that_share_a_file_lose_no_line_as_it_turns_over(tmp_path):
    path = tmp_path / "scanner_app.log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITES, path, name]) for name in "abc"]
    assert [one.wait(120) for one in writers] == [0, 0, 0]
    files = list(tmp_path.glob("scanner_app.log*"))
    lines = [line[:6] for file in files for line in file.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {number:04d}" for name in "abc" for number in range(300))
    assert len(files) > 2
    assert max(file.stat().st_size for file in files) < 25_000


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path):
    path = Path(tmp_path / "x.log")
    handler = SharedFile(path, size=1_000, kept=1)
    record = logging.makeLogRecord({"msg": "one"})
    handler.emit(record)
    path.rename(tmp_path / "moved.log")
    handler.emit(record)
    handler.close()
    assert path.read_text() == "one\n"
