"""Market data over HTTP: bars, expressions, quotes and providers say what the store, a scan and the doctor say."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest

from tapehawk.api.market_shapes import Bars, BarsBatch, Indicators, Providers, Quotes
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.data.health import FeedState, Noted, note_health
from tapehawk.data.providers.door import Health, StreamHealth
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tests.api.stored_market import (
    AFTER_DST,
    BEFORE_DST,
    DAYS,
    EARLY,
    EVENING,
    EX_DAY,
    HOURLY,
    LAST,
    SPLIT_DAY,
    daily,
    fill_market,
)
from tests.records.tables import with_tables
from tests.scan.quick_market import Clock

HOSTILE = [
    "NOPE", "UPPP", "Ünïcødé", "'; DROP TABLE users;--", "../../etc/passwd", "🦅", "BTC/", "/",
    "UPP OR 1=1", "${jndi:x}", "<script>",
]  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The store, made once: nothing here changes it."""
    return fill_market(tmp_path_factory.mktemp("market"))


@pytest.fixture
def house(filled, own_home) -> Iterator[House]:
    made = House(settings(environment={"SCANNER_DATA_DIR": str(filled)}), now=Clock(EVENING))
    with_tables(made.database)
    yield made
    made.close()


@pytest.fixture
def ada(house, signed_in):
    return signed_in("ada")


def asked(client, path: str, status: int = 200, **query) -> dict:
    answer = client.get(f"/api/v1/market-data/{path}", params={key.rstrip("_"): value for key, value in query.items()})
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()


# ------------------------------------------------------------------------------------------------------ bars


def test_bars_are_those_stored_in_the_published_shape(ada):
    answer = asked(ada, "bars/UPP", limit=1000)
    Bars.model_validate(answer)
    assert [bar["close"] for bar in answer["bars"]] == [bar[3] for bar in daily()["UPP"]]
    assert [bar["session"] for bar in answer["bars"]] == [str(day) for day in DAYS]
    assert (answer["series"], answer["labels"]) == ("us:test:sip:none:consolidated", [])
    assert answer["data_version"].startswith("bars_1d@")
    assert answer["next_cursor"] is None


def test_prices_are_as_traded_unless_asked_otherwise_and_the_answer_says_so(ada):
    traded, split, everything = (asked(ada, "bars/SPL", adjust=how) for how in ("none", "split", "all"))
    assert [one["adjust"] for one in (traded, split, everything)] == ["none", "split", "all"]
    assert (traded["adjusted_as_of"], split["adjusted_as_of"]) == (None, str(LAST))
    before = DAYS.index(SPLIT_DAY) - 1
    assert traded["bars"][before]["close"] == daily()["SPL"][before][3]
    assert split["bars"][before]["close"] == pytest.approx(daily()["UPP"][before][3])
    assert split["bars"][before]["volume"] == pytest.approx(4 * traded["bars"][before]["volume"])
    assert traded["bars"][-1] == split["bars"][-1] == everything["bars"][-1]
    assert traded["splits"] == split["splits"] == [{"ex_date": str(SPLIT_DAY), "ratio": 4.0}]
    assert asked(ada, "bars/UPP", limit=1)["splits"] == []
    ex = DAYS.index(EX_DAY)
    factor = 1 - 1.5 / traded["bars"][ex - 1]["close"]
    assert everything["bars"][ex - 1]["close"] == pytest.approx(factor * split["bars"][ex - 1]["close"])
    assert everything["bars"][0]["open"] == pytest.approx(factor * split["bars"][0]["open"])
    assert everything["bars"][ex] == split["bars"][ex]


def test_a_symbol_may_hold_a_slash_or_a_dot(ada):
    coin = asked(ada, "bars/BTC/USDT", timeframe="1h", limit=10_000)
    assert coin["symbol"] == "BTC/USDT"
    assert coin == asked(ada, "bars/BTC%2FUSDT", timeframe="1h", limit=10_000)
    assert [bar["close"] for bar in coin["bars"]] == HOURLY
    assert asked(ada, "bars/BRK.B", limit=1)["symbol"] == "BRK.B"


def test_times_follow_the_clock_of_the_exchange_over_its_changes_and_early_closes(ada):
    bars = asked(ada, "bars/UPP", timeframe="30m")["bars"]
    ends = {day: [bar for bar in bars if bar["session"] == str(day)] for day in (BEFORE_DST, AFTER_DST, EARLY)}
    assert [(day[0]["time"][11:16], day[-1]["end"][11:16], len(day)) for day in ends.values()] == [
        ("14:30", "21:00", 13),
        ("13:30", "20:00", 13),
        ("13:30", "17:00", 7),
    ]
    days = {bar["session"]: bar for bar in asked(ada, "bars/UPP", limit=1000)["bars"]}
    hours = {day: (days[str(day)]["time"][11:16], days[str(day)]["end"][11:16]) for day in ends}
    assert list(hours.values()) == [("14:30", "21:00"), ("13:30", "20:00"), ("13:30", "17:00")]


def test_a_span_is_of_sessions_or_of_instants(ada):
    some = asked(ada, "bars/UPP", from_=DAYS[10], to=DAYS[14])["bars"]
    assert [bar["session"] for bar in some] == [str(day) for day in DAYS[10:15]]
    hour = {"from_": "2024-03-11T15:00:00Z", "to": "2024-03-11T12:00:00-04:00"}
    inside = asked(ada, "bars/UPP", timeframe="30m", **hour)["bars"]
    assert [bar["time"] for bar in inside] == ["2024-03-11T15:00:00Z", "2024-03-11T15:30:00Z"]
    assert asked(ada, "bars/UPP", from_="1970-01-02", to="1970-01-03")["bars"] == []
    assert asked(ada, "bars/UPP", from_="0001-01-01", to="9999-12-31", limit=1)["bars"][0]["session"] == str(LAST)


def test_pages_lead_from_the_newest_bars_to_the_oldest_and_hold_each_once(ada):
    seen, cursor = [], None
    while True:
        page = asked(ada, "bars/UPP", limit=77, **({"cursor": cursor} if cursor else {}))
        seen = page["bars"] + seen
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == asked(ada, "bars/UPP", limit=1000)["bars"]


def test_a_bar_that_has_not_closed_is_not_there(ada, house):
    house.now.at = dt.datetime.combine(LAST, dt.time(15), dt.UTC)
    assert asked(ada, "bars/UPP", limit=1)["bars"][-1]["session"] == str(DAYS[-2])
    assert asked(ada, "bars/UPP", timeframe="1m", limit=1)["bars"][-1]["end"] == f"{LAST}T15:00:00Z"


def test_bars_that_are_behind_say_since_when(house, signed_in):
    house.now.at = EVENING + dt.timedelta(days=10)
    assert asked(signed_in(), "bars/UPP", limit=1)["labels"] == [f"stale since {LAST}"]
    assert asked(signed_in(), "quotes", symbols="UPP")["items"][0]["labels"] == [f"stale since {LAST}"]


def test_who_has_the_bars_already_gets_nothing_twice(ada):
    first = ada.get("/api/v1/market-data/bars/UPP")
    again = ada.get("/api/v1/market-data/bars/UPP", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = ada.get("/api/v1/market-data/bars/DWN", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["bars", "indicators"])
@pytest.mark.parametrize("symbol", HOSTILE)
def test_an_unknown_symbol_is_not_found_whatever_it_is(ada, path, symbol):
    answer = ada.get(f"/api/v1/market-data/{path}/{quote(symbol, safe='')}", params={"expr": "close"})
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_symbol_says_the_nearest(ada):
    assert asked(ada, "bars/UPPP", 404)["nearest"] == ["UPP"]
    assert asked(ada, "bars/upp", 404)["nearest"] == ["UPP"]  # as the store spells it, as everywhere


@pytest.mark.parametrize(
    "query",
    [
        {"timeframe": "7m"},
        {"timeframe": "1d' OR '1'='1"},
        {"hours": "night"},
        {"adjust": "dividends"},
        {"from_": "2024-02-30"},
        {"from_": "yesterday"},
        {"from_": ""},
        {"from_": "2024-03-08T10:00:00"},
        {"from_": "0001-01-01T00:00:00+14:00"},
        {"from_": "2024-05-01", "to": "2024-04-01"},
        {"to": "2024-03-08T25:00:00Z"},
        {"limit": 0},
        {"limit": 1_000_000},
        {"limit": "many"},
        {"cursor": "'; --"},
        {"cursor": "9" * 30},
        {"cursor": "٣"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_and_says_why(ada, query):
    answer = asked(ada, "bars/UPP", 422, **query)
    assert answer["detail"]


def test_bars_that_are_not_stored_are_not_found(ada):
    assert "crypto" in asked(ada, "bars/BTC/USDT", 404, timeframe="5m")["detail"]


def test_several_symbols_at_once_and_one_that_is_unknown_keeps_no_other(ada):
    body = {"symbols": ["UPP", "NOPE", "BTC/USDT", "UPP"], "timeframe": "1d", "limit": 5, "from": str(DAYS[-3])}
    answer = ada.post("/api/v1/market-data/bars", json=body)
    BarsBatch.model_validate(answer.json())
    assert [one["symbol"] for one in answer.json()["items"]] == ["UPP"]
    one = asked(ada, "bars/UPP", limit=5, from_=DAYS[-3])
    assert answer.json()["items"] == [one]
    assert {one["symbol"] for one in answer.json()["missing"]} == {"NOPE", "BTC/USDT"}  # no days of coins are stored


def test_a_batch_has_a_bound_that_is_a_setting(ada):
    answer = ada.post("/api/v1/market-data/bars", json={"symbols": [f"S{n}" for n in range(11)]})
    assert (answer.status_code, answer.json()["hint"]) == (422, "10 at most (api.max_batch_size)")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"symbols": []},
        {"symbols": ["UPP"], "limit": 10**6},
        {"symbols": ["UPP"], "from": "2024-13-01"},
        {"symbols": ["UPP"], "from": "2024-05-01", "to": "2024-04-01"},
        {"symbols": ["UPP"], "timeframe": "1y"},
        {"symbols": ["UPP"], "nope": 1},
        {"symbols": ["A" * 40]},
        "UPP",
    ],
)
def test_a_bad_batch_is_refused(ada, body):
    answer = ada.post("/api/v1/market-data/bars", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


# ------------------------------------------------------------------------------------------------ indicators


def test_expressions_come_out_as_the_engine_says_in_a_scan(ada, house):
    formula = "close > 0 and atr(14) > 0 and rsi(14) > 0 and ema(close, 20) > 0"
    for day in (DAYS[190], LAST):  # before the split, and at the end
        question = Question("formula", scan_date=day, parameters={"formula": formula, "min_dollar_volume": 0})
        rows = {row["symbol"]: row for row in Desk(house.known.store, now=house.now).run(question).to_dict()["results"]}
        for symbol in ("UPP", "SPL"):
            exprs = ["close", "atr(14)", "rvol(20)"]
            found = asked(ada, f"indicators/{symbol}", expr=exprs, from_=day, to=day)
            close, atr, rvol = (one["values"][0] for one in found["expressions"])
            assert rows[symbol]["entry"] == pytest.approx(close)
            assert rows[symbol]["atr"] == pytest.approx(atr, rel=1e-12)
            assert rows[symbol]["rvol"] == pytest.approx(rvol, rel=1e-12)


def test_values_stand_beside_their_bars_and_are_null_while_they_warm_up(ada):
    found = asked(ada, "indicators/UPP", expr=["sma(close, 20)", "close > close[1]"], limit=1000)
    Indicators.model_validate(found)
    bars = asked(ada, "bars/UPP", limit=1000)["bars"]
    assert (found["times"], found["ends"]) == ([bar["time"] for bar in bars], [bar["end"] for bar in bars])
    mean, rises = found["expressions"]
    closes = [bar["close"] for bar in bars]
    assert (mean["warmup"], mean["values"][:19]) == (19, [None] * 19)
    assert mean["values"][19:] == pytest.approx([np.mean(closes[n - 19 : n + 1]) for n in range(19, 300)])
    assert rises["values"] == [None, *(now > before for before, now in itertools.pairwise(closes))]
    assert (mean["kind"], rises["kind"]) == ("number", "condition")


def test_a_page_has_the_values_that_the_whole_has(ada):
    whole = asked(ada, "indicators/SPL", expr="ema(close, 50)", limit=1000, adjust="split")
    page = asked(ada, "indicators/SPL", expr="ema(close, 50)", limit=7, adjust="split")
    assert page["expressions"][0]["values"] == whole["expressions"][0]["values"][-7:]


def test_prices_come_as_traded_on_the_bars_day_unless_asked_otherwise(ada):
    before = DAYS[150]
    traded, adjusted = (
        asked(ada, "indicators/SPL", expr=["sma(close, 20)", "rsi(14)"], from_=before, to=before, adjust=how)
        for how in ("none", "split")
    )
    price, strength = ([one["expressions"][k]["values"][0] for one in (traded, adjusted)] for k in (0, 1))
    assert price[0] == pytest.approx(4 * price[1])
    assert strength[0] == strength[1]


@pytest.mark.parametrize(
    "exprs",
    [
        [],
        [""],
        ["close >"],
        ["nope(close)"],
        ["close[-1]"],
        ["__import__('os').system('id')"],
        ["close.__class__"],
        ["sma(close, 10**9)"],
        ["sma(close, 6000)"],
        ["rank(close)"],
        ["close + raw.close"],
        ['on("1m", close)'],
        ["x" * 2001],
        ["(" * 300 + "close" + ")" * 300],
        ["close"] * 11,
        [f"stdev(close, {n})" for n in range(4990, 5000)],
    ],
)
def test_a_formula_that_can_not_be_used_is_refused(ada, exprs):
    answer = asked(ada, "indicators/UPP", 422, expr=exprs)
    assert answer["detail"]


def test_a_mistake_in_a_formula_has_its_column(ada):
    assert asked(ada, "indicators/UPP", 422, expr="close > hihgest(high, 20)")["column"] == 8


# ---------------------------------------------------------------------------------------------------- quotes


def test_quotes_are_what_the_bars_say(ada):
    answer = asked(ada, "quotes", symbols="SPL,DWN,BRK.B")
    Quotes.model_validate(answer)
    assert [one["symbol"] for one in answer["items"]] == ["SPL", "DWN", "BRK.B"]
    for one in answer["items"]:
        bars = asked(ada, f"bars/{one['symbol']}", limit=30)["bars"]
        closes, volumes = ([bar[name] for bar in bars] for name in ("close", "volume"))
        assert (one["last"], one["volume"], one["time"]) == (closes[-1], volumes[-1], bars[-1]["end"])
        assert one["sparkline"] == closes
        assert one["change_pct"] == pytest.approx((closes[-1] / closes[-2] - 1) * 100)
        assert one["rvol"] == pytest.approx(volumes[-1] / np.mean(volumes[-21:-1]))
        assert (one["age"], one["labels"]) == (3 * 3600, [])


def test_a_coins_quote_is_of_the_last_24_hours(ada, house):
    (one,) = asked(ada, "quotes", symbols="BTC/USDT")["items"]
    bars = asked(ada, "bars/BTC/USDT", timeframe="1h", limit=600)["bars"]
    assert one["last"] == bars[-1]["close"]
    assert one["sparkline"] == [bar["close"] for bar in bars[-30:]]
    assert one["change_pct"] == pytest.approx((bars[-1]["close"] / bars[-25]["close"] - 1) * 100)
    assert one["volume"] == pytest.approx(sum(bar["volume"] for bar in bars[-24:]))
    assert one["rvol"] == pytest.approx(1.0)


def test_nothing_named_means_the_whole_market(ada):
    us = asked(ada, "quotes")
    assert {one["symbol"] for one in us["items"]} == {"UPP", "DWN", "SPL", "BRK.B", "OLD"}
    assert [one["symbol"] for one in asked(ada, "quotes", market="crypto")["items"]] == ["BTC/USDT"]
    named = asked(ada, "quotes", symbols="DWN,OLD,UPP")["items"]
    assert sorted(named, key=lambda one: one["symbol"]) == [
        one for one in us["items"] if one["symbol"] in ("DWN", "OLD", "UPP")
    ]


@pytest.mark.parametrize("query", [{}, {"symbols": "UPP,BTC/USDT"}, {"symbols": "UPP,NOPE"}])
def test_quotes_are_sent_again_only_when_there_is_another_price_or_label(ada, house, signed_in, query):
    first = ada.get("/api/v1/market-data/quotes", params=query)
    tag = {"If-None-Match": first.headers["etag"]}
    house.now.forward(seconds=30)
    again = ada.get("/api/v1/market-data/quotes", params=query, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert asked(ada, "quotes", **query)["items"][0]["age"] == first.json()["items"][0]["age"] + 30
    other = ada.get("/api/v1/market-data/quotes", params={"symbols": "DWN"}, headers=tag)
    assert other.status_code == 200
    house.now.forward(days=5)
    stale = signed_in("ada").get("/api/v1/market-data/quotes", params=query, headers=tag)
    assert (stale.status_code, stale.json()["items"][0]["labels"]) == (200, [f"stale since {LAST}"])


def test_a_name_whose_bars_end_before_the_markets_says_since_when(ada):
    (one,) = asked(ada, "quotes", symbols="OLD")["items"]
    assert one["labels"] == [f"stale since {DAYS[289]}"]


@pytest.mark.parametrize("symbol", [one for one in HOSTILE if "," not in one])
def test_a_symbol_without_a_quote_is_said_and_keeps_no_other(ada, symbol):
    answer = asked(ada, "quotes", symbols=f"UPP,{symbol}")
    assert [one["symbol"] for one in answer["items"]] == ["UPP"]
    assert answer["missing"] == [{"symbol": symbol, "reason": "not stored"}]


@pytest.mark.parametrize("query", [{"symbols": ",,"}, {"market": "moon"}, {"symbols": "A" * 7_001}])
def test_quotes_of_nothing_are_refused(ada, query):
    asked(ada, "quotes", 422, **query)


# ------------------------------------------------------------------------------------------------- providers


def test_providers_are_as_the_doctor_has_them_and_tell_no_secret(ada, house):
    now = int(EVENING.timestamp() * 1e6)
    trouble = Health("polygon", calls=7, errors={"refused": 1}, last_error="401: key refused", last_error_at=now)
    stream = StreamHealth(connected=True, last_data_at=now)
    feed = FeedState("us:polygon:sip:none:consolidated", 3, watermark=now - 60_000_000)
    note_health(house.known.store, Noted(now, trouble, stream, feed))
    answer = asked(ada, "providers")
    Providers.model_validate(answer)
    found = {one["provider"]: one for one in answer["items"]}
    polygon = found["polygon"]
    assert (polygon["state"], polygon["running"], polygon["calls"]) == ("odd", True, 7)
    assert "401: key refused" in polygon["detail"]
    assert polygon["feed"]["watermark"] == EVENING.replace(minute=59, hour=22).isoformat().replace("+00:00", "Z")
    assert found["alpaca"]["state"] == "never asked"


# ------------------------------------------------------------------------------------------------- who may ask


def test_nobody_asks_without_signing_in_and_a_viewer_may(house, anyone, signed_in):
    paths = ("bars/UPP", "quotes", "indicators/UPP?expr=close", "providers")
    assert [anyone.get(f"/api/v1/market-data/{path}").status_code for path in paths] == [401] * 4
    assert anyone.post("/api/v1/market-data/bars", json={"symbols": ["UPP"]}).status_code == 401
    viewer = signed_in("vic", role="viewer")
    assert [viewer.get(f"/api/v1/market-data/{path}").status_code for path in paths] == [200] * 4
    assert viewer.post("/api/v1/market-data/bars", json={"symbols": ["UPP"]}).status_code == 200
