"""Each kind of defect, planted in a clean market, is found where it is and nowhere else."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.core.bars import Series
from tapehawk.data.quality import KINDS, SEVERITIES
from tapehawk.data.quality.checking import all_checks
from tapehawk.data.quality.repairs import fetched_again
from tests.data.quality.planted import (
    FIVE,
    changed,
    listing,
    market,
    minutes,
    places,
    sessions,
    split,
    told,
    walk,
    without,
)

DAYS = sessions(120)
DAY, NEXT = DAYS[80], DAYS[81]
HERE = [("CCC", str(DAY))]


def by(factor):
    return lambda column: column * factor


def plus(**duration):
    return pl.col("time") + pl.duration(**duration)


PLANTED = {
    "missed_split": split(market(), "CCC", DAY, 1, 10),
    "gap": without(market(), DAY, "CCC"),
    "spike": changed(market(), "CCC", DAY, open=by(0.1), high=by(0.1), low=by(0.1), close=by(0.1)),
    "zero_volume_run": market().with_columns(
        volume=pl.when((pl.col("symbol") == "CCC") & pl.col("time").dt.date().is_between(DAY, DAYS[95]))
        .then(0.0)
        .otherwise("volume")
    ),
    "ohlc": changed(market(), "CCC", DAY, high=by(0.5)),
    "duplicate": pl.concat(
        [
            without(market(), DAY, "CCC"),
            market()
            .filter(pl.col("symbol") == "CCC", pl.col("time").dt.date() == DAYS[79])
            .with_columns(time=pl.lit(dt.datetime.combine(DAY, dt.time(), dt.UTC), pl.Datetime("us", "UTC"))),
        ]
    ),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_defect_is_found_where_it_is_and_no_other(kind):
    found = told(PLANTED[kind])
    assert [(one.kind, one.symbol, str(one.date)) for one in found] == [(kind, *HERE[0])]
    assert found[0].severity in SEVERITIES
    assert (found[0].timeframe, bool(found[0].detail), bool(found[0].repair)) == ("1d", True, True)


@pytest.mark.parametrize("seed", range(3))
def test_clean_bars_are_silent(seed):
    assert told(market(seed=seed)) == []
    assert told(minutes(seed=seed), FIVE) == []


def test_every_kind_that_the_surface_names_has_a_check_and_no_other():
    assert tuple(all_checks()) == KINDS
    assert set(KINDS) == {
        "missed_split", "gap", "spike", "zero_volume_run", "stale", "ohlc", "duplicate", "time_zone", "volume_scope",
    }  # fmt: skip


def test_no_bars_have_no_findings():
    assert told(market().clear()) == []
    assert told(minutes().clear(), FIVE) == []


def test_a_check_that_is_blinded_finds_nothing(monkeypatch):
    """The test of the tests: planting is what makes the finding."""
    for kind, check in all_checks().items():
        monkeypatch.setattr(f"{check.__module__}.check", lambda examined: [])
        assert kind in KINDS
    assert [told(bars) for bars in PLANTED.values()] == [[]] * len(PLANTED)


# ----------------------------------------------------------------------------------------------------------- gaps


def test_l14_sessions_missing_in_a_row_are_one_gap():
    bars = without(without(market(), DAY, "CCC"), NEXT, "CCC")
    (gap,) = told(bars)
    assert (gap.symbol, gap.date) == ("CCC", DAY)
    assert gap.detail.startswith("2 sessions without a bar")


def test_a_session_that_most_of_the_market_lacks_is_told_once():
    (gap,) = told(without(market(), DAY, *["AAA", "BBB", "CCC", "DDD", "EEE"]))
    assert (gap.symbol, gap.date, gap.severity) == (None, DAY, "error")


@pytest.mark.parametrize("kind", ["gap", "spike", "duplicate"])
def test_a_repair_asks_the_provider_of_the_series_where_there_is_one_to_ask(kind):
    (synced,) = told(PLANTED[kind], Series("alpaca", "iex"))
    assert synced.repair == f"scanner sync --provider alpaca --timeframe 1d --symbols CCC --since {DAY}"
    (imported,) = told(PLANTED[kind], Series("import", "import"))
    assert imported.repair == f"import the bars of CCC since {DAY} again, from a file that has them right"


def test_the_repair_of_what_is_stale_asks_the_provider_too():
    now = dt.datetime.combine(DAYS[-1], dt.time(), dt.UTC) + dt.timedelta(days=9)
    bars, listings = pl.concat([market("ABD"), walk("CCC").head(81)]), listing("CCC", DAYS[0])
    found = told(bars.sort("symbol", "time"), Series("alpaca", "iex"), listings=listings, now=now)
    command = "scanner sync --provider alpaca --timeframe 1d --symbols"
    assert [(one.kind, one.repair) for one in found] == [
        ("stale", f"{command} CCC --since {DAY}"),
        ("stale", f"{command} AAA,BBB,CCC,DDD --since {DAYS[-1]}"),
    ]


def test_a_repair_names_the_symbols_that_a_session_lacks_while_they_can_be_read():
    (few,) = told(without(market(), DAY, *["AAA", "BBB", "CCC", "DDD", "EEE"]), Series("polygon", "sip"))
    assert f"--symbols AAA,BBB,CCC,DDD,EEE --since {DAY}" in few.repair
    command = fetched_again(Series("polygon", "sip"), DAY, [f"S{number}" for number in range(5000)])
    assert command == f"scanner sync --provider polygon --timeframe 1d --since {DAY}"


def test_holidays_and_weekends_are_no_gaps_and_neither_is_a_missing_minute():
    assert dt.date(2023, 2, 20) not in DAYS
    bars = minutes()
    assert told(bars.filter(pl.int_range(pl.len()) % 7 != 3), FIVE) == []


def test_a_missing_intraday_session_is_a_gap():
    day = sessions(8)[4]
    assert places(told(without(minutes(), day, "CCC"), FIVE), "gap") == [("CCC", str(day))]


def test_a_symbol_lacks_the_sessions_since_its_listing():
    bars = pl.concat([market("ABD"), walk("CCC").tail(100)])
    assert places(told(bars, listings=listing("CCC", DAYS[10])), "gap") == [("CCC", str(DAYS[10]))]
    assert told(bars, listings=listing("CCC", DAYS[20])) == []


def test_a_missing_week_is_a_gap_of_weekly_bars():
    mondays = dt.datetime(2023, 1, 2, tzinfo=dt.UTC) + pl.duration(weeks=pl.int_range(pl.len()).over("symbol"))
    weekly = market(count=30).with_columns(time=mondays.cast(pl.Datetime("us", "UTC")))
    series = Series("test", "sip", timeframe="1w")
    assert told(weekly, series) == []
    (gap,) = told(
        weekly.filter(~((pl.col("symbol") == "CCC") & (pl.col("time").dt.date() == dt.date(2023, 4, 3)))), series
    )
    assert (gap.kind, gap.symbol, gap.date) == ("gap", "CCC", dt.date(2023, 4, 3))


# --------------------------------------------------------------------------------------------------------- spikes


@pytest.mark.parametrize("what", ["open", "close"])
def test_a_price_that_leaves_and_returns_is_a_spike(what):
    bars = changed(market(), "CCC", DAY, **{what: by(1.8), "high": by(1.85)})
    (spike,) = told(bars)
    assert (spike.kind, spike.symbol, spike.date, spike.severity) == ("spike", "CCC", DAY, "warning")
    assert f"the {what} is" in spike.detail


def test_a_price_that_stays_away_or_moves_on_news_is_no_spike():
    moved = market().with_columns(
        pl.when((pl.col("symbol") == "CCC") & (pl.col("time").dt.date() >= DAY))
        .then(pl.col(name) * 1.45)
        .otherwise(name)
        for name in ("open", "high", "low", "close")
    )
    moved = changed(moved, "CCC", DAY, volume=by(30))
    assert told(moved) == []
    assert told(changed(market(), "CCC", DAY, close=by(1.5), high=by(1.6), volume=by(30))) == []


def test_a_session_whose_opens_are_unreliable_is_told_once():
    bars = market("ABCDEFGHIJ")
    for name in ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]:
        bars = changed(bars, name, DAY, open=by(1.6), high=by(1.6))
    (spike,) = told(bars)
    assert (spike.symbol, spike.date, spike.severity) == (None, DAY, "error")
    assert "opens are unreliable" in spike.detail


# -------------------------------------------------------------------------------------------------- zero volume


def test_a_run_ends_with_its_symbol_and_short_ones_are_silent():
    quiet = market("AB", 30).with_columns(
        volume=pl.when(pl.int_range(pl.len()).over("symbol").is_between(21, 29)).then(0.0).otherwise("volume")
    )
    assert told(quiet) == []
    (run,) = told(quiet.with_columns(volume=pl.when(pl.col("symbol") == "AAA").then("volume").otherwise(0.0)))
    assert (run.kind, run.severity, run.symbol) == ("zero_volume_run", "note", "BBB")
    assert run.detail.startswith("30 bars without a trade")


# ---------------------------------------------------------------------------------------------------- duplicates


def test_a_day_written_twice_for_the_whole_market_is_told_once():
    today = market().filter(pl.col("time").dt.date() == DAYS[79]).with_columns(time=plus(days=(DAY - DAYS[79]).days))
    (again,) = told(pl.concat([without(market(), DAY), today]))
    assert (again.kind, again.symbol, again.date, again.severity) == ("duplicate", None, DAY, "error")


def test_two_bars_of_one_day_are_duplicates():
    noon = market().filter(pl.col("symbol") == "CCC", pl.col("time").dt.date() == DAY).with_columns(time=plus(hours=5))
    (twice,) = told(pl.concat([market(), noon.with_columns(pl.col("close") * 1.001)]))
    assert (twice.kind, twice.symbol, twice.date, twice.severity) == ("duplicate", "CCC", DAY, "error")


# ---------------------------------------------------------------------------------------------------------- ohlc


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": lambda column: column * 2},
        {"close": lambda column: column * float("nan")},
        {"volume": lambda column: -column},
        {"open": lambda column: column * 0},
    ],
    ids=["low", "nan", "volume", "zero"],
)
def test_a_bar_that_no_market_makes_is_an_error(wrong):
    found = [one for one in told(changed(market(), "CCC", DAY, **wrong)) if one.kind == "ohlc"]
    assert [(one.symbol, one.date, one.severity) for one in found] == [("CCC", DAY, "error")]


def test_impossible_bars_are_one_finding_a_symbol():
    bars = changed(changed(market(), "CCC", DAY, high=by(0.5)), "CCC", DAYS[90], high=by(0.5))
    (found,) = told(bars)
    assert "and 1 more" in found.detail
