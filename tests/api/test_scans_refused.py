"""Questions that can't be answered are refused with a reason, and nothing else happens."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tapehawk.app.settings import settings
from tests.api.hostile import TEXTS, VALUES, is_problem

SCAN, EXPLAIN = "/api/v1/scanner/scan", "/api/v1/scanner/explain"
FIELDS = [
    "scanner_type", "scan_date", "cutoff_time", "timeframe", "hours", "symbols", "universe", "config", "formula",
    "strict", "no_such_field",
]  # fmt: skip
pytestmark = pytest.mark.usefixtures("stored")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"scanner_type": "brekout"}, 422, "breakout"),
        ({"scanner_type": "breakout", "scan_date": "2025-06-29"}, 422, "2025-06-27"),
        ({"scanner_type": "breakout", "scan_date": "2025-02-30"}, 422, "scan_date"),
        ({"scanner_type": "breakout", "scan_date": "2019-01-02"}, 404, "stored"),
        ({"scanner_type": "breakout", "scan_date": "0001-01-01"}, 422, ""),
        ({"scanner_type": "breakout", "scan_date": "9999-12-31"}, 422, ""),
        ({"scanner_type": "breakout", "cutoff_time": "09:50"}, 422, "intraday"),
        ({"scanner_type": "gap", "timeframe": "5m", "cutoff_time": "25:00"}, 422, "09:50"),
        ({"scanner_type": "gap", "timeframe": "5m", "cutoff_time": "04:00"}, 422, "09:35"),
        ({"scanner_type": "breakout", "timeframe": "2d"}, 422, "timeframe"),
        ({"scanner_type": "breakout", "symbols": ["NOSUCH"]}, 422, "NOSUCH"),
        ({"scanner_type": "breakout", "symbols": ["BTC/USDT"]}, 404, ""),
        ({"scanner_type": "breakout", "universe": "commn"}, 422, "common"),
        ({"scanner_type": "breakout", "config": {"min_prize": 5}}, 422, "min_price"),
        ({"scanner_type": "breakout", "config": {"min_price": -5}}, 422, "at least 0"),
        ({"scanner_type": "breakout", "config": {"min_price": [1, 2]}}, 422, "min_price"),
        ({"scanner_type": "breakout", "config": {"min_price": {"a": 1}}}, 422, "min_price"),
        ({"scanner_type": "breakout", "formula": "close > open"}, 422, "formula"),
        ({"scanner_type": "formula", "formula": "close >"}, 422, "too early"),
        ({"scanner_type": "formula", "formula": "__import__('os')"}, 422, ""),
        ({"scanner_type": "formula", "formula": "close > 1", "config": {"formula": "close > 2"}}, 422, "two formulas"),
        ({"scanner_type": "ml"}, 404, "no"),
        ({}, 422, "scanner_type"),
    ],
)
def test_the_reason_names_what_was_wrong_and_what_would_be_right(signed_in, asked, status, said):
    answer = signed_in().post(SCAN, json=asked)
    assert is_problem(answer, status), answer.text
    assert said in answer.text
    assert answer.json().get("scanner_type") == asked.get("scanner_type") or "errors" in answer.json()


@pytest.mark.parametrize("field", FIELDS)
def test_no_value_of_any_field_breaks_it(signed_in, field):
    ada = signed_in()
    for value in VALUES:
        answer = ada.post(SCAN, json={"scanner_type": "breakout", field: value})
        assert answer.status_code == 200 or is_problem(answer), (value, answer.status_code, answer.text[:300])


@pytest.mark.parametrize("parameter", ["min_price", "max_results_per_day", "x' OR 1=1", "__class__", "model_fields"])
def test_no_value_of_any_parameter_breaks_it(signed_in, parameter):
    ada = signed_in()
    for value in VALUES:
        answer = ada.post(SCAN, json={"scanner_type": "breakout", "config": {parameter: value}})
        assert answer.status_code == 200 or is_problem(answer), (value, answer.status_code, answer.text[:300])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"breakout"', b"\xff\xfe", b"{}" * 10, b"[" * 100_000])
def test_what_is_no_question_is_refused(signed_in, body):
    answer = signed_in().post(SCAN, content=body, headers={"Content-Type": "application/json"})
    assert is_problem(answer), answer.text


def test_numbers_that_are_none_are_refused(signed_in):
    body = b'{"scanner_type": "breakout", "config": {"min_price": NaN}}'
    assert is_problem(signed_in().post(SCAN, content=body, headers={"Content-Type": "application/json"}))


def test_more_symbols_than_there_may_be_are_refused(signed_in):
    answer = signed_in().post(SCAN, json={"scanner_type": "breakout", "symbols": ["AAA"] * 20_001})
    assert is_problem(answer, 422)


@pytest.mark.parametrize("name", ["symbol", "scanner_type", "date", "cutoff_time", "timeframe", "hours", "set"])
def test_no_text_breaks_an_explanation(signed_in, name):
    ada = signed_in()
    symbol = ada.post(SCAN, json={"scanner_type": "inside_bar"}).json()["results"][0]["symbol"]
    for text in TEXTS:
        answer = ada.get(EXPLAIN, params={"symbol": symbol, "scanner_type": "breakout", name: text})
        assert answer.status_code == 200 or is_problem(answer), (text, answer.text[:300])


@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip() and "\x00" not in text])
def test_no_text_breaks_the_way_to_a_funnel(signed_in, text):
    ada = signed_in()
    scan_id = ada.post(SCAN, json={"scanner_type": "inside_bar"}).json()["scan_id"]
    strange = quote(text, safe="")
    assert is_problem(ada.get(f"/api/v1/scanner/{strange}/funnel/0"))
    assert is_problem(ada.get(f"/api/v1/scanner/{scan_id}/funnel/{strange}"))
    for name in ("pattern", "cursor", "limit"):
        answer = ada.get(f"/api/v1/scanner/{scan_id}/funnel/0", params={name: text})
        assert is_problem(answer), (name, answer.text[:300])


def test_an_empty_store_is_no_answer(monkeypatch, signed_in, house, tmp_path):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "nothing"))
    house.known = settings()
    assert is_problem(signed_in().post(SCAN, json={"scanner_type": "breakout"}), 404)
