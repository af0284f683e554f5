"""Range scans over HTTP: queued, followed, answered, cancelled, each by its owner only."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import time

import polars as pl
import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app.asking import Asked, run
from tapehawk.app.signals import Counting, rates
from tapehawk.scan.looking import Look
from tests.api.conftest import token_of, user_of
from tests.app.scanned_market import FIRST, LAST, NAMES, SYMBOLS, cut_small, stored

ASKED = {"start_date": str(FIRST), "end_date": str(LAST), "scanner_type": "volume_spike"}
ENDED = {"completed", "failed", "cancelled", "interrupted"}
STATUSES = ENDED | {"queued", "running"}


pytestmark = pytest.mark.usefixtures("working")


@pytest.fixture(autouse=True)
def market(house, monkeypatch):
    stored(house.known.store)
    cut_small(monkeypatch)


@pytest.fixture
def unworked(monkeypatch):
    """Let nobody work."""
    monkeypatch.setattr("tapehawk.app.workers.WORKERS", {})


@pytest.fixture
def ada(signed_in):
    return signed_in("ada")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


def execute(client, **asked):
    answer = client.post("/api/scan/execute", json={**ASKED, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()["scan_id"]


def ended(client, scan_id):
    end = time.monotonic() + 60
    while (said := client.get(f"/api/scan/progress/{scan_id}").json())["status"] not in ENDED:
        assert time.monotonic() < end, said
        time.sleep(0.02)
    return said


def results(client, scan_id):
    return client.get(f"/api/scan/results/{scan_id}").json()


# ---------------------------------------------------------------------------------------------------------- the way


def test_a_scan_is_queued_followed_and_answered(ada):
    queued = ada.post("/api/scan/execute", json=ASKED).json()
    assert queued.keys() == {"success", "scan_id", "message", "status"}
    assert re.fullmatch(r"scan_\d{8}_\d{6}_[0-9a-f]{8}", queued["scan_id"])
    assert (queued["success"], queued["status"]) == (True, "queued")
    progress = ended(ada, queued["scan_id"])
    assert list(progress) == [
        "scan_id", "status", "progress_percent", "message", "current_ticker", "total_tickers", "processed_tickers",
        "start_date", "end_date", "created_at", "started_at", "execution_time", "results_found",
    ]  # fmt: skip
    assert (progress["status"], progress["progress_percent"]) == ("completed", 100)
    assert (progress["total_tickers"], progress["processed_tickers"]) == (SYMBOLS, SYMBOLS)
    assert progress["created_at"].endswith("Z")
    said = results(ada, queued["scan_id"])
    assert {"success", "scan_id", "results", "total_found", "execution_time", "message"} <= said.keys()
    assert said["total_found"] == len(said["results"]) == progress["results_found"] > 20


@pytest.mark.parametrize("scanner", ["volume_spike", "breakout", "lc", "gap"])
def test_the_rows_are_those_of_the_desk_to_the_byte(house, ada, scanner):
    """Breakout keeps the best of a session in the whole universe, which no part can know."""
    scan_id = execute(ada, scanner_type=scanner)
    assert ended(ada, scan_id)["message"].endswith("rows")
    (report,) = run(house.known, Asked([scanner], start_date=FIRST, end_date=LAST))
    said, text = results(ada, scan_id), ada.get(f"/api/scan/results/{scan_id}").text
    assert text[text.index('"results":[') + 10 :].startswith(
        json.dumps(report.results, separators=(",", ":"), ensure_ascii=False)
    )
    cli = report.to_dict()
    for name in ("scanner_type", "as_of", "series", "data_version", "labels", "notes", "total_found", "funnel"):
        assert said[name] == cli[name]


def test_lc_is_what_is_scanned_for_by_default_in_wide_rows(ada):
    answer = ada.post("/api/scan/execute", json={"start_date": str(FIRST), "end_date": str(LAST)})
    assert results(ada, answer.json()["scan_id"])["scanner_type"] == "lc"


def test_filters_leave_out_tickers_and_small_bars(ada):
    whole = execute(ada)
    ended(ada, whole)
    rows = results(ada, whole)["results"]
    filters = {"min_volume": 5e6, "min_price": 80, "exclude_tickers": NAMES[:4], "min_dollar_volume": 1e6}
    some = execute(ada, filters=filters)
    ended(ada, some)
    meets = [row for row in rows if row["ticker"] not in NAMES[:4] and row["volume"] >= 5e6 and row["entry"] >= 80]
    assert results(ada, some)["results"] == meets
    assert 0 < len(meets) < len(rows)
    few = execute(ada, filters={"include_tickers": ["S05", "S07"]})
    ended(ada, few)
    assert results(ada, few)["results"] == [row for row in rows if row["ticker"] in ("S05", "S07")]


def test_parameters_of_the_request_go_before_the_settings(ada):
    scan_id = execute(ada, scanner_type="breakout", config={"max_results_per_day": 1, "min_price": 1})
    ended(ada, scan_id)
    dates = [row["date"] for row in results(ada, scan_id)["results"]]
    assert len(dates) == len(set(dates)) > 0


def test_scans_are_listed_newest_first_in_pages(unworked, ada):
    made = [execute(ada) for _ in range(3)]
    first = ada.get("/api/scan/list?limit=2").json()
    then = ada.get("/api/scan/list", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert {one["scan_id"] for one in first["items"] + then["items"]} == set(made)
    assert then["next_cursor"] is None


def test_the_universe_says_what_is_stored(ada):
    said = ada.get("/api/scan/universe").json()
    assert list(said) == ["total", "by_type", "by_exchange", "first_date", "last_date", "last_sync"]
    assert (said["total"], said["last_date"]) == (SYMBOLS, str(LAST))


def test_a_list_says_what_was_asked_of_whom(unworked, ada):
    execute(ada)
    (listed,) = ada.get("/api/scan/list").json()["items"]
    assert (listed["scanner_type"], listed["status"]) == ("volume_spike", "queued")


FILTERED = {
    "scanner_type": "breakout",
    "filters": {"min_price": 5, "max_price": 900, "min_volume": 10, "exclude_tickers": ["S01"], "universe": None},
    "config": {"min_price": 1, "consolidation_period": 7},
}


@pytest.mark.parametrize("asked", [{}, FILTERED, {"filters": {"include_tickers": ["S02", "S03"]}}])
def test_what_was_asked_can_be_asked_again(unworked, ada, asked):
    said = results(ada, execute(ada, **asked))["asked"]
    again = results(ada, execute(ada, **said))["asked"]
    assert again == said
    assert said.items() >= {**ASKED, **{name: asked[name] for name in asked if name == "scanner_type"}}.items()
    assert said["filters"].items() >= asked.get("filters", {}).items()
    assert said["config"].items() >= asked.get("config", {}).items()


# --------------------------------------------------------------------------------------------- what the hits came to


def test_each_hit_is_followed_as_the_command_line_follows_it(house, ada):
    scan_id = execute(ada, scanner_type="breakout", config={"min_price": 1, "resistance_break_pct": 0})
    ended(ada, scan_id)
    came = results(ada, scan_id)["outcomes"]
    about = {"min_price": "1", "resistance_break_pct": "0"}
    asked = Asked(["breakout"], start_date=FIRST, end_date=LAST, parameters=about)
    (group,) = rates(house.known, asked, Counting(by=("scanner",), source="history")).rates
    whole = came["total"]
    assert {name: whole[name] for name in ("signals", "n", "successes", "failures", "timed_out", "open", "mean_r")} == {
        name: getattr(group, name) for name in ("signals", "n", "successes", "failures", "timed_out", "open", "mean_r")
    }
    assert whole["n"] > 10
    assert whole["hit_rate"] == pytest.approx(100 * whole["successes"] / whole["n"])
    assert whole["interval"]["low"] < whole["hit_rate"] < whole["interval"]["high"]
    assert sum(one["n"] for one in came["items"]) == whole["n"]
    assert "hypothetical" in came["notes"][0]


def test_hits_without_a_side_are_in_no_rate_and_it_says_why(ada):
    scan_id = execute(ada, scanner_type="relative_volume", config={"min_price": 1})
    ended(ada, scan_id)
    said = results(ada, scan_id)
    sideless = [row for row in said["results"] if row["direction"] == "NONE"]
    assert 0 < len(sideless) < len(said["results"])
    assert "flat" not in [one["pattern"] for one in said["outcomes"]["items"]]
    assert f"{len(sideless)} of {len(said['results'])} hits have no side" in said["outcomes"]["notes"][1]


def test_a_scan_that_did_not_come_to_its_end_says_nothing_of_outcomes(unworked, ada):
    scan_id = execute(ada)
    ada.delete(f"/api/scan/{scan_id}")
    assert results(ada, scan_id)["outcomes"] is None


# ------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("format_", ["csv", "json", "parquet", "xlsx"])
def test_a_range_scan_is_a_file_too(ada, bob, format_):
    scan_id = execute(ada)
    ended(ada, scan_id)
    answer = ada.get(f"/api/v1/scanner/export/{scan_id}/{format_}")
    assert answer.status_code == 200, answer.text
    name = f"volume_spike_{FIRST}_{LAST}_{scan_id}.{format_}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    rows = results(ada, scan_id)["results"]
    if format_ == "json":
        assert answer.json()["results"] == rows
    if format_ == "csv":
        assert [one["ticker"] for one in csv.DictReader(io.StringIO(answer.text))] == [row["ticker"] for row in rows]
    if format_ == "parquet":
        assert pl.read_parquet(io.BytesIO(answer.content)).height == len(rows)
    assert bob.get(f"/api/v1/scanner/export/{scan_id}/{format_}").status_code == 404


def test_the_file_of_what_is_not_whole_is_called_so(unworked, ada):
    scan_id = execute(ada)
    answer = ada.get(f"/api/v1/scanner/export/{scan_id}/csv")
    assert answer.status_code == 200, answer.text
    assert "_partial_" in answer.headers["content-disposition"]


def test_an_empty_store_has_an_empty_universe(own_home, tmp_path, monkeypatch):
    from tapehawk.app.house import House
    from tapehawk.app.scan_results import universe
    from tapehawk.app.settings import settings

    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "empty"))
    assert universe(House(settings()))["total"] == 0


# ------------------------------------------------------------------------------------------------------- bad input

BAD = {
    "an unknown scanner": {"scanner_type": "brekout"},
    "a range that ends before it starts": {"start_date": str(LAST), "end_date": str(FIRST)},
    "an impossible date": {"start_date": "2024-02-30"},
    "a date of no market": {"start_date": "0001-01-01"},
    "an unknown parameter": {"config": {"min_prise": 5}},
    "a parameter out of bounds": {"config": {"min_price": -5}},
    "a parameter of another kind": {"config": {"min_price": {"a": []}}},
    "an unknown ticker": {"filters": {"include_tickers": ["NOPE"]}},
    "an unknown ticker left out": {"filters": {"exclude_tickers": ["NOPE"]}},
    "a ticker in both lists": {"filters": {"include_tickers": ["S01"], "exclude_tickers": ["S01"]}},
    "an unknown filter": {"filters": {"min_prize": 5}},
    "a filter below zero": {"filters": {"min_volume": -1}},
    "a formula that is none": {"scanner_type": "formula", "config": {"formula": "close >"}},
    "an injected ticker": {"filters": {"include_tickers": ["'; DROP TABLE scans; --"]}},
    "a zero byte": {"filters": {"include_tickers": ["A\0"]}},
    "a zero byte in a formula": {"scanner_type": "formula", "config": {"formula": "close > \0 1"}},
    "half a character in a formula": {"scanner_type": "formula", "config": {"formula": "close > \ud800"}},
    "half a character in a name": {"config": {"\ud800": 1}},
    "half a character as a value": {"config": {"min_price": "\ud800"}},
    "half a character as a scanner": {"scanner_type": "\ud800"},
    "half a character as a universe": {"filters": {"universe": "\ud800"}},
    "a path as a scanner": {"scanner_type": "../../etc/passwd"},
    "a zero byte as a scanner": {"scanner_type": "a\0"},
    "a number beyond all bounds": {"config": {"min_price": 10**400}},
    "lists in lists": {"config": {"min_price": [[[[]]]]}},
    "an unknown key": {"users": "all"},
    "text for a number": {"filters": {"min_volume": "many"}},
}


@pytest.mark.parametrize("asked", BAD.values(), ids=BAD)
def test_bad_input_is_refused_before_it_is_queued(ada, asked):
    written = json.dumps({**ASKED, **asked})
    answer = ada.post("/api/scan/execute", content=written, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ada.get("/api/scan/list").json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start_date": str(LAST), "end_date": str(FIRST)}, "end_date"),
        ({"start_date": "1800-01-01"}, "start_date"),
        ({"filters": {"include_tickers": ["S01"], "exclude_tickers": ["S01"]}}, "exclude_tickers"),
    ],
)
def test_a_refusal_names_the_field_it_is_about(ada, asked, field):
    answer = ada.post("/api/scan/execute", json={**ASKED, **asked})
    assert answer.json()["detail"].startswith(f"{field}: ")


def test_dates_that_nothing_is_stored_for_are_refused(ada):
    answer = ada.post("/api/scan/execute", json={**ASKED, "start_date": "1999-01-04", "end_date": "1999-02-04"})
    assert answer.status_code == 404
    assert "reach from" in answer.json()["detail"]
    weekend = ada.post("/api/scan/execute", json={**ASKED, "start_date": "2024-03-02", "end_date": "2024-03-03"})
    assert weekend.status_code == 404


@pytest.mark.parametrize("path", ["progress", "results", "events"])
def test_a_scan_that_is_not_there_is_not_found(ada, path):
    assert ada.get(f"/api/scan/{path}/scan_20240101_000000_00000000").status_code == 404
    assert ada.get(f"/api/scan/{path}/..%2f..").status_code in (404, 422)


def test_nobody_waits_with_more_scans_than_may(unworked, ada, monkeypatch):
    monkeypatch.setattr("tapehawk.app.range_scans.MOST_WAITING", 2)
    execute(ada)
    execute(ada)
    assert ada.post("/api/scan/execute", json=ASKED).status_code == 409


# ------------------------------------------------------------------------------------------------- whose a scan is


def test_a_scan_is_its_owner_s_only(ada, bob, signed_in):
    scan_id = execute(ada)
    ended(ada, scan_id)
    for other in (bob, signed_in("root", role="admin")):
        for path in ("progress", "results", "events"):
            assert other.get(f"/api/scan/{path}/{scan_id}").status_code == 404
        assert other.delete(f"/api/scan/{scan_id}").status_code == 404
        assert other.get("/api/scan/list").json()["items"] == []
    assert results(ada, scan_id)["success"]


def test_a_viewer_looks_and_changes_nothing(signed_in):
    viewer = signed_in("vi", role="viewer")
    assert viewer.post("/api/scan/execute", json=ASKED).status_code == 403
    assert viewer.delete("/api/scan/scan_x").status_code == 403
    assert viewer.get("/api/scan/list").status_code == 200


def test_jobs_are_one_s_own_and_all_of_them_for_admins(unworked, ada, bob, signed_in, house):
    scan_id, root = execute(ada), signed_in("root", role="admin")
    house.queue.add("retention", {})
    assert [job["id"] for job in ada.get("/api/v1/jobs").json()["items"]] == [scan_id]
    assert bob.get("/api/v1/jobs").json()["items"] == []
    assert len(root.get("/api/v1/jobs").json()["items"]) == 2
    assert bob.get(f"/api/v1/jobs/{scan_id}").status_code == 404
    assert bob.delete(f"/api/v1/jobs/{scan_id}").status_code == 404
    assert ada.get(f"/api/v1/jobs/{scan_id}").json()["status"] == "queued"
    assert root.delete(f"/api/v1/jobs/{scan_id}").json()["message"] == "cancelled"
    assert ended(ada, scan_id)["status"] == "cancelled"
    assert ada.delete(f"/api/v1/jobs/{scan_id}").json()["message"] == "deleted"
    assert ada.get(f"/api/v1/jobs/{scan_id}").status_code == 404


# ------------------------------------------------------------------------------------------------ cancel, time, cache


def slowly(monkeypatch, seconds=0.05):
    whole = Look.find_in

    def find_in(self, part, **about):
        if len(part):
            time.sleep(seconds)
        return whole(self, part, **about)

    monkeypatch.setattr(Look, "find_in", find_in)


def test_a_scan_that_waits_is_cancelled_at_once_and_then_removed(unworked, ada):
    scan_id = execute(ada)
    said = ada.delete(f"/api/scan/{scan_id}").json()
    assert said == {"success": True, "scan_id": scan_id, "message": "cancelled"}
    assert ended(ada, scan_id)["status"] == "cancelled"
    assert ada.delete(f"/api/scan/{scan_id}").json()["message"] == "deleted"
    assert ada.get(f"/api/scan/progress/{scan_id}").status_code == 404


def test_a_scan_that_runs_is_cancelled_and_keeps_what_it_found(ada, monkeypatch):
    slowly(monkeypatch, 0.3)
    scan_id = execute(ada)
    while ada.get(f"/api/scan/progress/{scan_id}").json()["processed_tickers"] < 4:
        time.sleep(0.02)
    assert ada.delete(f"/api/scan/{scan_id}").json()["message"] == "cancelled"
    progress = ended(ada, scan_id)
    assert progress["status"] == "cancelled"
    assert 4 <= progress["processed_tickers"] < SYMBOLS
    said = results(ada, scan_id)
    assert len(said["results"]) == said["total_found"] == progress["results_found"]
    assert {row["ticker"] for row in said["results"]} <= set(NAMES[: progress["processed_tickers"]])


def test_a_scan_that_takes_too_long_fails_and_says_so(house, ada, monkeypatch):
    slowly(monkeypatch, 0.4)
    kinds = dict(house.queue.kinds)
    from dataclasses import replace

    monkeypatch.setattr(
        house, "queue", replace(house.queue, kinds={**kinds, "range_scan": replace(kinds["range_scan"], timeout=0.5)})
    )
    scan_id = execute(ada)
    progress = ended(ada, scan_id)
    assert progress["status"] == "failed"
    assert "took longer than 0.5 seconds" in progress["message"]
    assert results(ada, scan_id)["success"] is False


def test_the_time_that_a_scan_may_take_is_the_setting_s(house, monkeypatch):
    monkeypatch.setenv("SCAN_TIMEOUT_MINUTES", "7")
    monkeypatch.setenv("MAX_CONCURRENT_SCANS", "2")
    from tapehawk.app.house import House
    from tapehawk.app.settings import settings

    kind = House(settings()).queue.kinds["range_scan"]
    assert (kind.timeout, kind.at_once) == (420, 2)


def test_the_same_question_is_answered_from_what_was_found_a_while_ago(house, ada, bob, monkeypatch):
    first = execute(ada)
    ended(ada, first)
    monkeypatch.setattr(Look, "find_in", None)  # who searches fails
    again = execute(bob)
    assert ended(bob, again)["status"] == "completed"
    one, other = results(ada, first), results(bob, again)
    assert (one["results"], one["funnel"]) == (other["results"], other["funnel"])
    assert other["age"] >= 0
    assert ended(ada, execute(ada, config={"min_price": 50}))["status"] == "failed"


def test_an_answer_that_is_too_old_or_of_other_data_is_computed_anew(house, ada, monkeypatch):
    searched, whole = [], Look.find_in
    monkeypatch.setattr(
        Look, "find_in", lambda self, part, **about: searched.append(part) or whole(self, part, **about)
    )
    ended(ada, execute(ada))
    before = len(searched)
    ended(ada, execute(ada))
    assert len(searched) == before
    real = house.now
    monkeypatch.setattr(house, "now", lambda: real() + dt.timedelta(seconds=house.known.default.cache_ttl + 1))
    ended(ada, execute(ada))
    assert len(searched) > before


def test_rows_have_a_tag_and_an_age(ada):
    scan_id = execute(ada)
    ended(ada, scan_id)
    first = ada.get(f"/api/scan/results/{scan_id}")
    assert first.headers["age"] == str(first.json()["age"])
    same = ada.get(f"/api/scan/results/{scan_id}", headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    other = ada.get(f"/api/scan/results/{scan_id}", headers={"If-None-Match": 'W/"other"'})
    assert other.status_code == 200


# --------------------------------------------------------------------------------------------------------- events


def events(client, scan_id):
    """Return the events of a scan until its end."""
    said = client.get(f"/api/scan/events/{scan_id}").text
    return [json.loads(line.removeprefix("data: ")) for line in said.splitlines() if line.startswith("data: ")]


def test_what_comes_of_a_scan_is_told_first_how_it_stands_last_its_end(house, monkeypatch):
    slowly(monkeypatch)
    with TestClient(build(house)) as client:
        client.headers["Authorization"] = f"Bearer {token_of(house, user_of(house, 'ada'))}"
        scan_id = execute(client)
        heard = events(client, scan_id)
        assert heard[0]["type"] == "progress"
        assert heard[-1]["type"] == "complete"
        assert {one["type"] for one in heard} == {"progress", "result", "complete"}
        assert all(one.keys() == {"type", "scan_id", "data", "timestamp"} for one in heard)
        assert {one["scan_id"] for one in heard} == {scan_id}
        found = [one["data"]["found"] for one in heard if one["type"] == "result"]
        assert heard[-1]["data"]["results_found"] == sum(found)
        assert {one["data"]["status"] for one in heard if one["type"] == "progress"} <= {"queued", "running"}
        (once,) = events(client, scan_id)  # of one that has ended
        assert once["type"] == "complete"


def test_a_scan_that_ends_badly_is_told_so(house, monkeypatch):
    monkeypatch.setattr("tapehawk.app.workers.WORKERS", {})
    with TestClient(build(house)) as client:
        client.headers["Authorization"] = f"Bearer {token_of(house, user_of(house, 'ada'))}"
        scan_id = execute(client)
        client.delete(f"/api/scan/{scan_id}")
        (said,) = events(client, scan_id)
        assert (said["type"], said["data"]["status"]) == ("error", "cancelled")


def test_news_that_nobody_told_are_found_on_record(house, monkeypatch):
    monkeypatch.setattr("tapehawk.api.range_scan_events.HEARTBEAT", 0.05)
    monkeypatch.setattr(house.broadcast, "say", lambda *_: None)
    slowly(monkeypatch)
    with TestClient(build(house)) as client:
        client.headers["Authorization"] = f"Bearer {token_of(house, user_of(house, 'ada'))}"
        assert events(client, execute(client))[-1]["type"] == "complete"
