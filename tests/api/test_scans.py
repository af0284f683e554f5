"""`/api/v1/scanner`: the answers of the command line, for the caller's account, private to the caller."""

from __future__ import annotations

import datetime as dt
import json
import re
from threading import Barrier, Thread
from urllib.parse import quote

import polars as pl
import pytest
from typer.testing import CliRunner

from tapehawk.api.problems import MEDIA_TYPE
from tapehawk.api.scan_models import ScanAnswer
from tapehawk.app.settings import settings
from tapehawk.catalog import scanner_names
from tapehawk.cli.main import app
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.records.tables import users
from tests.api.conftest import user_of

SCAN, BREAKOUT = "/api/v1/scanner/scan", {"scanner_type": "breakout"}
WIDE = {"scanner_type": "inside_bar"}
pytestmark = pytest.mark.usefixtures("stored")


def command_line(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    return done.stdout


def parts(text: str) -> tuple[str, str]:
    """Return what stands for the results and for the funnel in an answer, letter for letter."""
    found = re.search(r'"results": (.*), "funnel": (.*), "elapsed_ms": [0-9.]+}\s*$', text, re.DOTALL)
    assert found, text[:200]
    return found[1], found[2]


@pytest.mark.parametrize("scanner", [name for name in scanner_names() if name != "ml"])
def test_a_scan_answers_the_bytes_of_the_command_line(signed_in, scanner):
    answer = signed_in().post(SCAN, json={"scanner_type": scanner, "scan_date": "2025-06-27"})
    assert answer.status_code == 200, answer.text
    assert parts(answer.text) == parts(command_line("run", "--scanner-type", scanner, "--date", "2025-06-27"))
    ScanAnswer.model_validate(answer.json())


def test_parameters_as_values_and_as_texts_are_the_command_line_s(signed_in):
    ada = signed_in()
    typed = ["--set", "min_price=1", "--set", "max_results_per_day=7", "--universe", "common"]
    said = parts(command_line("run", "--scanner-type", "breakout", *typed))
    for config in ({"min_price": 1, "max_results_per_day": 7}, {"min_price": "1", "max_results_per_day": "7"}):
        answer = ada.post(SCAN, json={**BREAKOUT, "universe": "common", "config": config})
        assert parts(answer.text) == said


def test_minutes_and_a_cutoff_are_the_command_line_s(signed_in):
    asked = {"scanner_type": "gap", "timeframe": "5m", "cutoff_time": "10:30", "hours": "extended"}
    typed = ["--timeframe", "5m", "--cutoff", "10:30", "--hours", "extended"]
    assert parts(signed_in().post(SCAN, json=asked).text) == parts(command_line("run", "--scanner-type", "gap", *typed))


def test_a_formula_is_asked_by_its_own_field(signed_in):
    text = "close > open and rvol(20) > 0.5"
    answer = signed_in().post(SCAN, json={"scanner_type": "formula", "formula": text})
    assert parts(answer.text) == parts(command_line("formula", text))


def test_who_is_not_signed_in_gets_no_scan(anyone):
    assert anyone.post(SCAN, json=BREAKOUT).status_code == 401


def test_a_viewer_may_scan(signed_in):
    assert signed_in("vera", role="viewer").post(SCAN, json=BREAKOUT).status_code == 200


def test_sizes_are_for_the_account_in_the_caller_s_preferences(signed_in, house):
    ada, bob = signed_in("ada"), signed_in("bob")
    prefer(house, "bob", {"risk": {"account_size": 10_000, "per_trade": 0.02}})
    one, other = (client.post(SCAN, json=WIDE).json()["results"] for client in (ada, bob))
    assert [row["symbol"] for row in one] == [row["symbol"] for row in other]
    pairs = [(a["position_size"], b["position_size"]) for a, b in zip(one, other, strict=True)]
    assert any(a > b > 0 for a, b in pairs)
    assert all(b <= max(a, 0) for a, b in pairs)


def test_a_preference_that_is_no_account_is_said_to_be_so(signed_in, house):
    ada = signed_in("ada")
    prefer(house, "ada", {"risk": {"account_size": -5}})
    answer = ada.post(SCAN, json=WIDE)
    assert answer.status_code == 422
    assert "account_size" in answer.json()["detail"]


def prefer(house, name, preferences):
    """Let a user prefer something."""
    with house.database.engine.begin() as connection:
        changed = users.update().where(users.c.id == user_of(house, name).id)
        connection.execute(changed.values(preferences=preferences))


def test_the_same_question_again_is_the_same_answer_with_its_age(signed_in, house):
    ada = signed_in()
    first, again = ada.post(SCAN, json=WIDE), ada.post(SCAN, json=WIDE)
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert (first.headers["age"], again.headers["age"]) == ("0", "0")
    scans = house.performance.to_dict()["scanners"]["inside_bar"]
    assert (scans["count"], scans["cached"]) == (1, 1)


def test_an_answer_is_kept_as_long_as_the_setting_says(signed_in, house):
    ada, now = signed_in(), house.now()
    first = ada.post(SCAN, json=WIDE)
    house.scanning._now = lambda: now + dt.timedelta(seconds=200)
    later = ada.post(SCAN, json=WIDE)
    assert 199 <= int(later.headers["age"]) <= 201
    assert later.content == first.content
    house.scanning._now = lambda: now + dt.timedelta(seconds=400)
    anew = ada.post(SCAN, json=WIDE)
    assert anew.headers["age"] == "0"
    assert anew.headers["etag"] == first.headers["etag"]
    assert parts(anew.text) == parts(first.text)


def test_without_caching_each_question_is_computed(signed_in, house, monkeypatch):
    monkeypatch.setenv("SCANNER__DEFAULT__ENABLE_CACHING", "false")
    house.known = settings()
    ada = signed_in()
    ids = {ada.post(SCAN, json=WIDE).json()["scan_id"] for _ in range(2)}
    assert len(ids) == 2


def test_what_the_caller_has_is_not_said_again(signed_in):
    ada = signed_in()
    tag = ada.post(SCAN, json=WIDE).headers["etag"]
    assert not tag.startswith("W/")
    for header in (tag, f'"other", W/{tag}'):
        again = ada.post(SCAN, json=WIDE, headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ada.post(SCAN, json=BREAKOUT, headers={"If-None-Match": tag}).status_code == 200
    assert ada.post(SCAN, json=WIDE, headers={"If-None-Match": '"x'}).status_code == 200


def test_the_tag_is_another_for_other_parameters_accounts_and_days(signed_in, house):
    ada, bob, cleo = signed_in("ada"), signed_in("bob"), signed_in("cleo")
    prefer(house, "bob", {"risk": {"account_size": 10_000}})
    asked = [WIDE, {**WIDE, "scan_date": "2025-06-27"}, {**WIDE, "config": {"min_price": 1}}, {**WIDE, "strict": True}]
    tags = [ada.post(SCAN, json=one).headers["etag"] for one in asked[:3]]
    tags.append(bob.post(SCAN, json=WIDE).headers["etag"])
    assert len(set(tags)) == 4
    assert cleo.post(SCAN, json={**WIDE, "scan_date": "2025-06-30"}).headers["etag"] == tags[0]


def test_two_users_share_what_was_found_and_not_the_scan(signed_in, house):
    ada, bob = signed_in("ada"), signed_in("bob")
    mine, yours = ada.post(SCAN, json=WIDE).json(), bob.post(SCAN, json=WIDE).json()
    assert mine["scan_id"] != yours["scan_id"]
    assert mine["results"] == yours["results"]
    assert house.performance.to_dict()["scanners"]["inside_bar"]["count"] == 1
    path = f"/api/v1/scanner/{mine['scan_id']}/funnel/3"
    assert ada.get(path).status_code == 200
    refused = bob.get(path)
    assert refused.status_code == 404
    assert refused.headers["content-type"] == MEDIA_TYPE


def test_equal_questions_at_once_are_computed_once(signed_in, house):
    clients = [signed_in(f"user{number}") for number in range(3)]
    together, answers = Barrier(len(clients)), []

    def ask(client):
        together.wait()
        answers.append(client.post(SCAN, json=WIDE).status_code)

    threads = [Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 3
    assert house.performance.to_dict()["scanners"]["inside_bar"]["count"] == 1


def test_explain_is_the_command_line_s(signed_in):
    ada = signed_in()
    symbol = ada.post(SCAN, json=WIDE).json()["results"][0]["symbol"]
    answer = ada.get("/api/v1/scanner/explain", params={"symbol": symbol, "scanner_type": "inside_bar"})
    assert answer.json() == json.loads(command_line("explain", symbol, "--scanner-type", "inside_bar"))
    assert any(pattern["hit"] for pattern in answer.json()["patterns"])


def test_who_has_an_explanation_already_is_told_so(signed_in):
    ada = signed_in()
    symbol = ada.post(SCAN, json=WIDE).json()["results"][0]["symbol"]
    asked = {"symbol": symbol, "scanner_type": "inside_bar"}
    first = ada.get("/api/v1/scanner/explain", params=asked)
    tag = {"If-None-Match": first.headers["etag"]}
    again = ada.get("/api/v1/scanner/explain", params=asked, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    other = ada.get("/api/v1/scanner/explain", params={**asked, "scanner_type": "breakout"}, headers=tag)
    assert other.status_code == 200


def test_explain_takes_parameters_as_the_command_line_does(signed_in):
    asked = {"symbol": "AAA", "scanner_type": "breakout", "set": ["min_price=3", "consolidation_period=7"]}
    ada = signed_in()
    asked["symbol"] = ada.post(SCAN, json=WIDE).json()["results"][0]["symbol"]
    said = command_line(
        "explain",
        asked["symbol"],
        "--scanner-type",
        "breakout",
        "--set",
        "min_price=3",
        "--set",
        "consolidation_period=7",
    )
    assert ada.get("/api/v1/scanner/explain", params=asked).json() == json.loads(said)


def test_the_list_of_scanners_is_the_command_line_s(signed_in):
    assert signed_in().get("/api/v1/scanner/scanners").json()["items"] == json.loads(command_line("list"))


def test_a_broken_file_of_the_owner_hides_no_other_scanner(signed_in, house):
    house.known.scanners.mkdir(parents=True)
    (house.known.scanners / "broken.py").write_text("this is no python")
    names = [one["name"] for one in signed_in().get("/api/v1/scanner/scanners").json()["items"]]
    assert "breakout" in names
    assert "broken" not in names


def test_every_step_of_a_funnel_tells_who_fell_page_by_page(signed_in):
    ada = signed_in()
    found = ada.post(SCAN, json=BREAKOUT).json()
    for number, funnel in enumerate(found["funnel"]):
        before = None
        for place, step in enumerate(funnel["steps"]):
            path = f"/api/v1/scanner/{found['scan_id']}/funnel/{place}"
            fell, cursor = [], None
            while True:
                asked = {"pattern": number, "limit": 20, **({"cursor": cursor} if cursor else {})}
                page = ada.get(path, params=asked)
                assert page.status_code == 200, page.text
                fell += page.json()["items"]
                cursor = page.json()["next_cursor"]
                if cursor is None:
                    break
            assert page.json()["step"] == step["name"]
            assert len({one["symbol"] for one in fell}) == len(fell) == (before or step["passed"]) - step["passed"]
            before = step["passed"]


def test_a_step_may_be_named(signed_in):
    ada = signed_in()
    found = ada.post(SCAN, json={"scanner_type": "formula", "formula": "close / open > 1.01 and close > 5"}).json()
    names = [step["name"] for step in found["funnel"][0]["steps"]]
    assert "close / open > 1.01" in names
    for name in names:
        page = ada.get(f"/api/v1/scanner/{found['scan_id']}/funnel/{quote(name, safe='')}")
        assert page.status_code == 200, (name, page.text)
        assert page.json()["step"] == name


def test_a_funnel_of_data_that_are_gone_is_a_conflict(signed_in, house):
    ada = signed_in()
    scan_id = ada.post(SCAN, json=WIDE).json()["scan_id"]
    scan = house.scanning.kept.get(user_of(house, "ada").id, scan_id)
    object.__setattr__(scan.finding, "data_version", "bars_1d@1")
    assert ada.get(f"/api/v1/scanner/{scan_id}/funnel/3").status_code == 409


def test_real_bars_are_answered_as_the_command_line_does(shared, signed_in, house, tmp_path, monkeypatch):
    names = pl.scan_parquet(shared / "us_daily_adjusted.parquet").select("symbol").unique().collect()["symbol"].sort()
    some = pl.scan_parquet(shared / "us_daily_adjusted.parquet").filter(pl.col("symbol").is_in(names.to_list()[::40]))
    some.sink_parquet(tmp_path / "some.parquet")
    root = tmp_path / "real"
    import_path(root, tmp_path / "some.parquet", ImportOptions(adjustment="split"))
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    house.known = settings()
    ada = signed_in()
    for scanner in [name for name in scanner_names() if name != "ml"]:
        config = {"min_price": "1"} if scanner in ("breakout", "crp") else {}
        answer = ada.post(SCAN, json={"scanner_type": scanner, "scan_date": "2024-02-29", "config": config})
        typed = [part for key, value in config.items() for part in ("--set", f"{key}={value}")]
        said = command_line("run", "--scanner-type", scanner, "--date", "2024-02-29", *typed)
        assert parts(answer.text) == parts(said), scanner
