"""The universe is searchable: by symbol and name, type and exchange, page by page."""

from __future__ import annotations

import pytest

from tapehawk.app.symbol_list import SymbolList
from tests.api.hostile import TEXTS, is_problem

SYMBOLS = "/api/v1/scanner/symbols"
pytestmark = pytest.mark.usefixtures("stored")


def test_every_symbol_is_listed_in_pages(signed_in):
    ada = signed_in()
    whole = ada.get(SYMBOLS, params={"limit": 1000}).json()
    assert whole["next_cursor"] is None
    assert whole["total"] == len(whole["items"]) >= 60
    found, cursor = [], None
    while True:
        page = ada.get(SYMBOLS, params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole["items"]
    names = [one["symbol"] for one in found]
    assert names == sorted(set(names))


def test_a_search_finds_the_symbol_itself_first_then_those_that_begin_with_it(signed_in):
    ada = signed_in()
    names = [one["symbol"] for one in ada.get(SYMBOLS, params={"limit": 1000}).json()["items"]]
    wanted = names[10]
    found = ada.get(SYMBOLS, params={"q": wanted.lower()}).json()["items"]
    assert found[0]["symbol"] == wanted
    beginning = [name for name in names if name.startswith(wanted[:1])]
    shown = [one["symbol"] for one in ada.get(SYMBOLS, params={"q": wanted[:1]}).json()["items"]]
    assert shown[: len(beginning)] == beginning


def test_types_and_exchanges_narrow_it(signed_in):
    ada = signed_in()
    every = ada.get(SYMBOLS, params={"limit": 1000}).json()["items"]
    for field in ("type", "exchange"):
        value = next(one[field] for one in every if one[field])
        found = ada.get(SYMBOLS, params={"limit": 1000, field: value}).json()["items"]
        assert found == [one for one in every if one[field] == value]
        assert is_problem(ada.get(SYMBOLS, params={field: "no such"}), 422)


def test_it_says_which_have_bars_that_can_be_scanned(signed_in):
    ada = signed_in()
    ada.post("/api/v1/scanner/scan", json={"scanner_type": "inside_bar"})
    assert any(one["has_bars"] for one in ada.get(SYMBOLS, params={"limit": 1000}).json()["items"])


@pytest.mark.parametrize("name", ["q", "type", "exchange", "limit", "cursor"])
def test_no_text_breaks_it(signed_in, name):
    ada = signed_in()
    for text in TEXTS:
        answer = ada.get(SYMBOLS, params={name: text})
        assert answer.status_code == 200 or is_problem(answer), (text, answer.text)


def test_an_empty_store_has_no_symbols(signed_in, house, monkeypatch, tmp_path):
    house.symbols = SymbolList(tmp_path / "nothing")
    assert signed_in().get(SYMBOLS).json() == {"items": [], "total": 0, "next_cursor": None}


def test_who_is_not_signed_in_sees_none(anyone):
    assert anyone.get(SYMBOLS).status_code == 401
