"""`/api/v1/signals` and what goes with it, as their user and as somebody else sees them."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import pytest

from tapehawk.api.signal_models import EXAMPLE, Outcome, ShownSignal, Status
from tapehawk.core.signal_shape import plain_signal
from tapehawk.core.signal_states import OUTCOMES, STATUSES
from tests.api.conftest import user_of
from tests.records.test_signals import CLOSED, EXPIRED, TRIGGERED, signal

URL = "/api/v1/signals"


@pytest.fixture
def keep(house):
    """Return what keeps signals for a user of a name."""

    def kept(*found, name: str = "ada") -> None:
        user = user_of(house, name)
        with house.database.write() as records:
            records.of(user.id).signals.keep(found)

    return kept


def test_a_signal_is_given_in_the_published_shape(signed_in, keep):
    one = signal(0, TRIGGERED, CLOSED)
    keep(one)
    (given,) = signed_in().get(URL).json()["items"]
    expected = plain_signal(one)
    assert given | {"id": expected["id"]} == expected
    assert given.keys() == ShownSignal.model_fields.keys()
    assert given.keys() == EXAMPLE.keys()
    ShownSignal.model_validate(given)


def test_the_words_of_the_api_are_those_of_the_core():
    assert get_args(Status) == STATUSES
    assert get_args(Outcome) == OUTCOMES


def test_one_signal_has_its_outcome_and_history(signed_in, keep):
    keep(signal(0, TRIGGERED, CLOSED))
    ada = signed_in()
    id = ada.get(URL).json()["items"][0]["id"]
    one = ada.get(f"{URL}/{id}").json()
    assert (one["outcome"], one["r"], one["hypothetical_pnl"]) == ("success", 1.5, 1500.0)
    assert [step["status"] for step in one["history"]] == ["active", "triggered", "closed"]
    assert one["history"][-1]["mfe"] == 1.75


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("symbol=AAPL", 3),
        ("symbol=BTC/USDT", 1),
        ("scanner=gap", 1),
        ("pattern=gap%20up", 1),
        ("direction=SELL", 1),
        ("status=expired", 1),
        ("phase=premarket", 1),
        ("min_confidence=80", 1),
        ("from=2026-03-04&to=2026-03-05", 2),
        ("to=0001-01-01", 0),
        ("from=9999-12-31", 0),
        ("symbol='%20OR%201=1%20--", 422),
        ("symbol=%00", 422),
        ("scanner=a%00", 422),
        ("status=open", 422),
        ("phase=noon", 422),
        ("min_confidence=nan", 422),
        ("min_confidence=101", 422),
        ("from=2026-03-05&to=2026-03-04", 422),
        ("from=2026-02-30", 422),
        ("limit=0", 422),
        ("limit=1001", 422),
        ("cursor=x", 422),
        ("cursor=%C3%BC", 422),
    ],
)
def test_signals_are_found_by_what_is_asked(signed_in, keep, query, count):
    keep(
        signal(0, EXPIRED),
        signal(1, symbol="BTC/USDT", confidence=80.0),
        signal(2, scanner="gap", pattern="gap up"),
        signal(3, direction="SELL", phase="premarket"),
    )
    answer = signed_in().get(f"{URL}?{query}")
    if count == 422:
        assert answer.status_code == 422
        assert answer.json()["detail"]
    else:
        assert len(answer.json()["items"]) == count


def test_pages_follow_each_other_while_signals_come(signed_in, keep):
    keep(*(signal(n) for n in range(7)))
    ada, found, cursor = signed_in(), [], ""
    while cursor is not None:
        page = ada.get(f"{URL}?limit=3{cursor and f'&cursor={cursor}'}").json()
        found += [one["bar_time"] for one in page["items"]]
        cursor = page["next_cursor"]
        keep(signal(100 + len(found)))
    assert found == sorted(set(found), reverse=True)
    assert len(found) == 7


def test_a_status_goes_the_ways_there_are_and_others_are_a_conflict(signed_in, keep):
    keep(signal())
    ada = signed_in()
    id = ada.get(URL).json()["items"][0]["id"]

    def go(status: str):
        return ada.patch(f"{URL}/{id}/status", json={"status": status})

    assert go("closed").status_code == 409
    changed = go("triggered")
    assert (changed.status_code, changed.json()["status"]) == (200, "triggered")
    assert go("triggered").status_code == 409
    assert go("expired").json()["hint"] == "triggered → closed or cancelled"
    assert go("closed").json()["history"][-1]["reason"] == "by hand"
    for status in STATUSES:
        assert go(status).status_code == 409
    assert go("open").status_code == 422
    assert ada.patch(f"{URL}/{id}/status", json={"status": "closed", "r": 5}).status_code == 422
    assert ada.patch(f"{URL}/nonsense/status", json={"status": "closed"}).status_code == 422


def test_analytics_are_of_ones_own_signals_with_n_and_intervals(signed_in, keep):
    lost = CLOSED.__class__("closed", CLOSED.at, "failure", "stop", 99.0, 5.0, -1.0, -1.0, 0.5, 2)
    keep(signal(0, TRIGGERED, CLOSED), signal(0, TRIGGERED, lost, symbol="MSFT"), signal(1, EXPIRED), signal(2))
    keep(signal(0, TRIGGERED, CLOSED), name="bob")
    answer = signed_in().get("/api/v1/analytics/performance").json()
    first = answer["items"][0]
    assert first["group"] == {"date": "2026-03-02"}
    assert (first["signals"], first["n"], first["successes"], first["win_rate"]) == (2, 2, 1, 50.0)
    assert first["interval"] == pytest.approx({"low": 9.4531, "high": 90.5469}, abs=1e-3)  # Wilson, 1 of 2
    assert first["hypothetical_pnl"] == 500.0
    assert answer["total"]["signals"] == 4
    assert "hypothetical" in answer["notes"][0]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("day", [{"date": "2026-03-02"}, {"date": "2026-03-03"}]),
        ("phase", [{"phase": "premarket"}, {"phase": "regular"}]),
        ("scanner", [{"scanner": "breakout"}, {"scanner": "gap"}]),
        (
            "pattern",
            [{"scanner": "breakout", "pattern": "resistance break"}, {"scanner": "gap", "pattern": "gap up"}],
        ),
    ],
)
def test_analytics_group_by(signed_in, keep, by, groups):
    keep(signal(0, TRIGGERED, CLOSED), signal(1, EXPIRED, scanner="gap", pattern="gap up", phase="premarket"))
    ada = signed_in()
    for path in ("performance", "signals"):
        answer = ada.get(f"/api/v1/analytics/{path}?by={by}").json()
        assert [one["group"] for one in answer["items"]] == groups
        assert answer["total"]["signals"] == 2
    assert ada.get("/api/v1/analytics/performance?by=moon").status_code == 422


def test_the_groups_of_a_reliability_diagram_say_what_was_stated_and_what_was_observed(signed_in, keep):
    lost = CLOSED.__class__("closed", CLOSED.at, "failure", "stop", 99.0, 5.0, -1.0, -1.0, 0.5, 2)
    keep(
        signal(0, TRIGGERED, CLOSED, confidence=70.0, score=10.0),
        signal(1, TRIGGERED, lost, confidence=76.0, score=20.0),
        signal(2, confidence=79.0, score=30.0),  # open: in no rate, and in no mean of what was stated
        signal(3, TRIGGERED, CLOSED, confidence=100.0, score=40.0),
        signal(4, TRIGGERED, CLOSED, confidence=None, score=None),
    )
    ada = signed_in()
    tenths = ada.get("/api/v1/analytics/performance?by=confidence").json()["items"]
    assert [
        (one["group"]["confidence_from"], one["signals"], one["n"], one["stated"], one["win_rate"], one["total_r"])
        for one in tenths
    ] == [(70, 3, 2, 73.0, 50.0, 0.5), (90, 1, 1, 100.0, 100.0, 1.5), (None, 1, 1, None, 100.0, 1.5)]
    assert tenths[0]["scores"] == {"low": 10.0, "high": 20.0}
    deciles = ada.get("/api/v1/analytics/performance?by=decile").json()["items"]
    assert [one["group"]["decile"] for one in deciles] == [1, 5, 8, 10, None]
    assert ada.get("/api/v1/analytics/signals?by=decile").json()["items"][-1]["group"] == {"decile": None}


def test_a_regime_that_nothing_stored_tells_is_none(signed_in, keep):
    keep(signal())
    answer = signed_in().get("/api/v1/analytics/performance?by=regime").json()
    assert [one["group"] for one in answer["items"]] == [{"regime": None}]


def test_the_regimes_are_those_of_the_days_stored(stored, signed_in, keep):
    from tests.simulated import LAST

    ago = (dt.datetime.combine(LAST, dt.time(15, 30), dt.UTC) - dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)).days
    keep(signal(ago), signal(ago - 2000))
    answer = signed_in().get("/api/v1/analytics/performance?by=regime").json()
    known, unknown = [one["group"]["regime"] for one in answer["items"]]
    assert (known in {"bull", "bear", "sideways"}, unknown) == (True, None)
    assert len(answer["notes"]) == 2


@pytest.mark.parametrize(
    ("query", "counted"),
    [
        ("scanner=gap", 1),
        ("scanner=breakout&phase=premarket", 1),
        ("phase=regular", 2),
        ("pattern=resistance%20break&direction=SELL", 1),
        ("scanner=none%20such", 0),
    ],
)
def test_only_the_signals_that_are_asked_for_are_counted(signed_in, keep, query, counted):
    keep(
        signal(0, direction="SELL"),
        signal(1, scanner="gap", pattern="gap up"),
        signal(2, phase="premarket"),
    )
    for path in ("performance", "signals", "patterns"):
        assert signed_in().get(f"/api/v1/analytics/{path}?{query}").json()["total"]["signals"] == counted
    assert signed_in().get("/api/v1/analytics/performance?direction=UP").status_code == 422


def test_of_those_that_are_over_some_were_traded(signed_in, keep):
    keep(signal(0, TRIGGERED, CLOSED), signal(1, EXPIRED), signal(2, TRIGGERED), signal(3))
    total = signed_in().get("/api/v1/analytics/signals").json()["total"]
    assert (total["n"], total["trigger_rate"], total["active"]) == (3, pytest.approx(200 / 3), 1)


def test_a_day_is_the_exchanges(signed_in, keep):
    """19:30 in New York is the next day in UTC, but no new session; a market that never closes has UTC's days."""
    evening = dt.datetime(2026, 1, 6, 0, 30, tzinfo=dt.UTC)
    days = (evening - dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)) / dt.timedelta(days=1)
    keep(signal(days, phase="after_hours"), signal(days, symbol="BTC/USDT", phase="continuous"))
    ada = signed_in()
    groups = ada.get("/api/v1/analytics/performance").json()["items"]
    assert [one["group"]["date"] for one in groups] == ["2026-01-05", "2026-01-06"]
    for date in ("2026-01-05", "2026-01-06"):
        assert ada.get(f"/api/v1/analytics/performance?from={date}&to={date}").json()["total"]["signals"] == 1


@pytest.mark.parametrize("span", ["from=0001-01-01", "to=9999-12-31", "from=0001-01-01&to=9999-12-31", "to=0001-01-01"])
def test_analytics_of_impossible_spans_are_empty_or_everything(signed_in, keep, span):
    keep(signal())
    assert signed_in().get(f"/api/v1/analytics/patterns?{span}").status_code == 200


def test_nothing_found_is_no_error(signed_in):
    answer = signed_in().get("/api/v1/analytics/performance").json()
    assert (answer["items"], answer["total"]["n"], answer["total"]["win_rate"]) == ([], 0, None)


@pytest.mark.parametrize("path", ["performance", "signals", "patterns"])
def test_analytics_are_whole_lists(signed_in, keep, path):
    keep(signal())
    answer = signed_in().get(f"/api/v1/analytics/{path}").json()
    assert (len(answer["items"]), answer["next_cursor"]) == (1, None)


def test_who_has_the_answer_is_told_that_it_holds(signed_in, keep):
    keep(signal())
    ada, bob = signed_in(), signed_in("bob")
    first = ada.get("/api/v1/analytics/performance")
    tag = first.headers["etag"]
    assert ada.get("/api/v1/analytics/performance").headers["etag"] == tag
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = ada.get("/api/v1/analytics/performance", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for path in ("performance?by=phase", "patterns", "signals"):
        assert ada.get(f"/api/v1/analytics/{path}", headers={"If-None-Match": tag}).status_code == 200
    assert bob.get("/api/v1/analytics/performance", headers={"If-None-Match": tag}).status_code == 200
    keep(signal(0, EXPIRED))
    assert ada.get("/api/v1/analytics/performance", headers={"If-None-Match": tag}).status_code == 200
