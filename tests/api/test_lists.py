"""`/api/v1/watchlist` and `/api/v1/portfolios`."""

from __future__ import annotations

import pytest

WATCHLIST, PORTFOLIOS = "/api/v1/watchlist", "/api/v1/portfolios"


def two(*symbols: str) -> dict:
    return {"changed": [*symbols], "symbols": [*symbols], "unknown": []}


def test_symbols_are_watched_until_they_are_not(signed_in):
    ada = signed_in()
    assert ada.get(WATCHLIST).json() == {"items": [], "next_cursor": None}
    first = ada.post(WATCHLIST, json={"symbols": ["MSFT", "AAPL"]})
    assert (first.status_code, first.json()) == (200, two("AAPL", "MSFT"))
    again = ada.post(WATCHLIST, json={"symbols": ["AAPL", "BTC/USDT"]})
    assert (again.status_code, again.json()["changed"]) == (200, ["BTC/USDT"])
    gone = ada.request("DELETE", WATCHLIST, json={"symbols": ["MSFT", "NEVER"]})
    assert (gone.status_code, gone.json()) == (200, {**two("AAPL", "BTC/USDT"), "changed": ["MSFT"]})
    assert {one["symbol"] for one in ada.get(WATCHLIST).json()["items"]} == {"AAPL", "BTC/USDT"}
    assert signed_in("bob").get(WATCHLIST).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"symbols": []},
        {"symbols": "AAPL"},
        {"symbols": [""]},
        {"symbols": ["X" * 33]},
        {"symbols": ["a b"]},
        {"symbols": ["'; DROP TABLE users;--"]},
        {"symbols": ["🦅"]},
        {"symbols": ["AAPL", "../../etc"]},
        {"symbols": [5]},
        {"symbols": ["A"] * 1001},
        {"symbols": ["A"], "more": 1},
        [],
        None,
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_is_no_list_of_symbols_is_a_422(signed_in, method, body):
    import json

    answer = signed_in().request(
        method, WATCHLIST, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_symbol_is_watched_once_however_it_is_written(signed_in):
    ada = signed_in()
    added = ada.post(WATCHLIST, json={"symbols": ["joju1", "JOJU1", "btc/usdt"]}).json()
    assert added == two("BTC/USDT", "JOJU1"), "an empty store knows of none whether it exists"
    assert ada.request("DELETE", WATCHLIST, json={"symbols": ["Joju1"]}).json()["changed"] == ["JOJU1"]


@pytest.mark.usefixtures("stored")
def test_a_symbol_that_is_not_known_is_watched_and_named(house, signed_in):
    ada, known = signed_in(), house.symbols.page(first=0, most=1).rows[0]["symbol"]
    added = ada.post(WATCHLIST, json={"symbols": [known.lower(), "zzzznope", "BTC/USDT"]}).json()
    assert (set(added["changed"]), added["unknown"]) == ({known, "ZZZZNOPE", "BTC/USDT"}, ["ZZZZNOPE"])
    assert ada.request("DELETE", WATCHLIST, json={"symbols": ["ZZZZNOPE"]}).json()["unknown"] == []


def test_a_portfolio_is_made_changed_and_removed(signed_in):
    ada = signed_in()
    made = ada.post(PORTFOLIOS, json={"name": "  Large caps ", "symbols": ["AAPL"]})
    assert made.status_code == 201
    id = made.json()["id"]
    assert made.json() == ada.get(f"{PORTFOLIOS}/{id}").json()
    assert (made.json()["name"], made.json()["description"]) == ("Large caps", "")
    changed = ada.put(f"{PORTFOLIOS}/{id}", json={"name": "Mine", "description": "é\n", "symbols": []}).json()
    assert (changed["name"], changed["description"], changed["symbols"]) == ("Mine", "é\n", [])
    assert ada.get(PORTFOLIOS).json() == {"items": [changed], "next_cursor": None}
    assert ada.delete(f"{PORTFOLIOS}/{id}").status_code == 204
    assert ada.delete(f"{PORTFOLIOS}/{id}").status_code == 404
    assert ada.get(f"{PORTFOLIOS}/{id}").status_code == 404


def test_of_two_who_change_a_portfolio_at_once_the_second_is_told_so(signed_in):
    ada = signed_in()
    made = ada.post(PORTFOLIOS, json={"name": "Mine", "symbols": ["AAPL"]})
    url, known = f"{PORTFOLIOS}/{made.json()['id']}", made.headers["etag"]
    assert known == f'"{made.json()["version"]}"' == ada.get(url).headers["etag"]
    assert ada.get(PORTFOLIOS).json()["items"][0]["version"] == made.json()["version"]
    first = ada.put(url, json={"name": "First", "symbols": ["AAPL"]}, headers={"If-Match": known})
    assert (first.status_code, first.json()["version"]) == (200, first.headers["etag"].strip('"'))
    for second in (
        ada.put(url, json={"name": "Second"}, headers={"If-Match": known}),
        ada.delete(url, headers={"If-Match": known}),
        ada.put(url, json={"name": "Second"}, headers={"If-Match": "nonsense"}),
    ):
        assert (second.status_code, second.json()["title"]) == (412, "Precondition failed")
        assert "'First'" in second.json()["detail"]
    assert ada.get(url).json() == first.json()
    assert ada.put(url, json={"name": "Any"}, headers={"If-Match": "*"}).status_code == 200
    now = ada.get(url).headers["etag"]
    assert ada.delete(url, headers={"If-Match": f'"other", {now}'}).status_code == 204
    assert ada.put(url, json={"name": "Gone"}, headers={"If-Match": now}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "n" * 101},
        {"name": "a\0b"},
        {"name": "n", "description": "\0"},
        {"name": "n", "description": "d" * 5001},
        {"name": "n", "symbols": ["X" * 33]},
        {"name": "n", "user_id": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_what_is_no_portfolio_is_a_422(signed_in, body):
    assert signed_in().post(PORTFOLIOS, json=body).status_code == 422
