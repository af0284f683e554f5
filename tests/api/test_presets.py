"""What a user names to ask for again is theirs alone, bounded, and checked when it is kept."""

from __future__ import annotations

import uuid

import pytest

from tapehawk.records import presets as records_presets
from tests.api.hostile import TEXTS, VALUES, is_problem

PRESETS, SAVED = "/api/v1/scanner/presets", "/api/v1/scanner/saved"
PRESET = {"name": "cheap", "scanner_type": "breakout", "config": {"min_price": 1}}
VIEW = {"name": "by volume", "view": {"columns": ["symbol", "rvol"], "sort": {"rvol": "desc"}}}
BOTH = pytest.mark.parametrize(("path", "body"), [(PRESETS, PRESET), (SAVED, VIEW)], ids=["presets", "saved"])


@BOTH
def test_one_is_kept_shown_changed_and_removed(signed_in, path, body):
    ada = signed_in()
    made = ada.post(path, json=body)
    assert made.status_code == 201
    assert body.items() <= made.json().items()
    place = f"{path}/{made.json()['id']}"
    assert ada.get(place).json() == made.json()
    assert ada.get(path).json() == {"items": [made.json()], "next_cursor": None}
    changed = ada.put(place, json={**body, "name": "another"})
    assert (changed.json()["name"], changed.json()["created_at"]) == ("another", made.json()["created_at"])
    gone = ada.delete(place)
    assert (gone.status_code, gone.content) == (204, b"")
    assert is_problem(ada.get(place), 404)
    assert is_problem(ada.delete(place), 404)


@BOTH
def test_another_s_is_none(signed_in, path, body):
    ada, bob = signed_in("ada"), signed_in("bob")
    place = f"{path}/{ada.post(path, json=body).json()['id']}"
    assert is_problem(bob.get(place), 404)
    assert is_problem(bob.put(place, json=body), 404)
    assert is_problem(bob.delete(place), 404)
    assert bob.get(path).json()["items"] == []
    assert bob.post(path, json=body).status_code == 201, "a name is one's own"
    assert ada.get(place).status_code == 200


@BOTH
def test_a_viewer_reads_and_writes_nothing(signed_in, anyone, path, body):
    vera, id = signed_in("vera", role="viewer"), uuid.uuid4()
    assert vera.get(path).status_code == 200
    answers = [vera.post(path, json=body), vera.put(f"{path}/{id}", json=body), vera.delete(f"{path}/{id}")]
    assert all(is_problem(one, 403) for one in answers)
    assert is_problem(anyone.get(path), 401)


@BOTH
def test_a_name_is_there_once(signed_in, path, body):
    ada = signed_in()
    ada.post(path, json=body)
    assert is_problem(ada.post(path, json=body), 409)
    other = ada.post(path, json={**body, "name": "other"}).json()
    assert is_problem(ada.put(f"{path}/{other['id']}", json=body), 409)


def test_a_preset_is_no_view(signed_in):
    ada = signed_in()
    made = ada.post(PRESETS, json=PRESET).json()
    assert is_problem(ada.get(f"{SAVED}/{made['id']}"), 404)
    assert is_problem(ada.delete(f"{SAVED}/{made['id']}"), 404)
    assert ada.post(SAVED, json={**VIEW, "name": PRESET["name"]}).status_code == 201


@pytest.mark.usefixtures("stored")
def test_a_formula_of_one_s_own_is_a_preset_that_scans(signed_in):
    ada = signed_in()
    mine = {"name": "green", "scanner_type": "formula", "config": {"formula": "close > open", "sell": "close < open"}}
    made = ada.post(PRESETS, json=mine).json()
    scan = ada.post("/api/v1/scanner/scan", json={key: made[key] for key in ("scanner_type", "config")})
    assert scan.json()["results"]
    listed = ada.get(PRESETS, params={"scanner_type": "formula"}).json()["items"]
    assert [one["name"] for one in listed] == ["green"]
    assert ada.get(PRESETS, params={"scanner_type": "breakout"}).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({**PRESET, "scanner_type": "brekout"}, "breakout"),
        ({**PRESET, "config": {"min_prize": 1}}, "min_price"),
        ({**PRESET, "config": {"min_price": -1}}, "at least 0"),
        ({"name": "x", "scanner_type": "formula", "config": {"formula": "close >"}}, "too early"),
        ({**PRESET, "name": "   "}, "name"),
        ({**PRESET, "name": "x" * 101}, "name"),
        ({**PRESET, "name": "a\x00b"}, "U+0000"),
        ({**PRESET, "user_id": str(uuid.uuid4())}, "user_id"),
    ],
)
def test_what_no_scan_would_take_is_not_kept(signed_in, body, said):
    ada = signed_in()
    answer = ada.post(PRESETS, json=body)
    assert is_problem(answer, 422)
    assert said in answer.text
    assert ada.get(PRESETS).json()["items"] == []


def test_what_is_too_large_is_not_kept(signed_in):
    assert is_problem(signed_in().post(SAVED, json={**VIEW, "view": {"a": "x" * 20_001}}), 422)


@pytest.mark.parametrize("value", ["1e400", "NaN", "-Infinity", '"\\u0000"', '"\\ud800"', "1" * 5000, "[" * 5000])
def test_what_a_database_can_not_hold_is_not_kept(signed_in, value):
    body = '{"name": "x", "view": {"a": ["b", ' + value + "]}}"
    assert is_problem(signed_in().post(SAVED, content=body, headers={"Content-Type": "application/json"}), 400, 422)


def test_a_number_of_any_length_is_kept_as_it_is(signed_in):
    made = signed_in().post(SAVED, json={**VIEW, "view": {"a": 10**30}})
    assert made.json()["view"] == {"a": 10**30}


def test_there_is_an_end_to_them(signed_in, monkeypatch):
    monkeypatch.setattr(records_presets, "MOST", 3)
    ada = signed_in()
    statuses = [ada.post(SAVED, json={"name": f"view {number}"}).status_code for number in range(4)]
    assert statuses == [201, 201, 201, 409]
    assert ada.post(PRESETS, json=PRESET).status_code == 201


def test_a_list_comes_in_pages_the_newest_first(signed_in):
    ada = signed_in()
    names = [f"view {number}" for number in range(5)]
    for name in names:
        ada.post(SAVED, json={"name": name})
    found, cursor = [], None
    while True:
        page = ada.get(SAVED, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == names[::-1]


@BOTH
def test_no_value_breaks_it(signed_in, path, body):
    ada = signed_in()
    for field in (*body, "scanner_type", "no_such_field"):
        for value in VALUES:
            answer = ada.post(path, json={**body, field: value})
            assert answer.status_code == 201 or is_problem(answer), (field, value, answer.text)
    for text in TEXTS:
        for name in ("scanner_type", "cursor", "limit"):
            answer = ada.get(path, params={name: text})
            assert answer.status_code == 200 or is_problem(answer), (name, text, answer.text)
    assert is_problem(ada.get(f"{path}/1' OR 1=1"), 422)
