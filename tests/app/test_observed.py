"""What became of past signals beside the opportunity score, and who stands for a market: as the settings join them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tapehawk.analysis.opportunity import Opportunity
from tapehawk.app.observed import OF, PastSignals
from tapehawk.app.quick import Analysts
from tapehawk.app.settings import settings
from tapehawk.core.instants import datetime_of
from tapehawk.core.rates import wilson
from tapehawk.core.sessions import us_calendar
from tapehawk.core.signal_record import LIVE, SIMULATED, Change, SetupKey, Signal
from tapehawk.data.panels import PanelQuestion
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.deep import Analyst
from tapehawk.scan.stored_bars import StoredBars
from tests.app import scanned_market
from tests.scan.market import days, fill, frame
from tests.scan.quick_market import going

NOW = dt.datetime(2025, 3, 29, tzinfo=dt.UTC)
LATEST = 40
"""Sessions whose bars have signals; the 80 before are the history of the first of them."""
SERIES = "us:test:sip:none:consolidated"


@dataclass(frozen=True)
class Graded:
    """A bar, and the opportunity score that an analyst says when it has closed."""

    symbol: str
    session: dt.date
    score: float


def closes(session: dt.date) -> int:
    return us_calendar().need_session(session).close


def past(one: Graded, outcome: str, scanner: str = "gap", score: float = 50.0, **about) -> Signal:
    """A signal of a bar, of a scanner's own score, that was traded to an end."""
    began = datetime_of(us_calendar().need_session(one.session).open)
    key = SetupKey(scanner, "up", one.symbol, SERIES, about.get("timeframe", "1d"), began.isoformat())
    row = {"direction": "BUY", "score": score, "phase": "regular"}
    closed = Change("closed", closes(one.session) + 2, outcome, price=1.0, r=1.0, mae=0.0, mfe=1.0, bars_held=3)
    history = (Change("active", closes(one.session)), Change("triggered", closes(one.session) + 1, price=1.0), closed)
    return Signal(key, "regular", about.get("market", "us"), about.get("origin", LIVE), "close", row, history)


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A store of names that move by chance, and every bar's score: from the analysis, asked when the bar had closed."""
    store, clock = scanned_market.stored(tmp_path_factory.mktemp("market")), [0]
    bars = StoredBars(store, PanelQuestion("1d"))

    def now():
        return datetime_of(clock[0])

    analyst, graded = Analyst(bars, (Opportunity("1d"),), now=now), []
    for session in days(scanned_market.SESSIONS)[-LATEST:]:
        clock[0] = closes(session)
        said = analyst.analyse(scanned_market.NAMES, dict.fromkeys(scanned_market.NAMES, "BUY"))
        graded += [Graded(name, session, one["opportunity_score"]["score"]) for name, one in said.items()]
    return store, sorted(graded, key=lambda one: one.score)


@pytest.fixture
def graded(market, tmp_path):
    """The bars by their score, over a store of which each test has a log of its own."""
    return market[1]


@pytest.fixture
def asked(market, tmp_path):
    bars = StoredBars(market[0], PanelQuestion("1d"))
    return PastSignals(tmp_path, lambda: bars("1d"))


def note(root, signals) -> None:
    signals = list(signals)
    for origin in {one.origin for one in signals}:
        SignalLog(root, origin).note([one for one in signals if one.origin == origin])


def test_signals_of_all_scanners_are_graded_by_the_opportunity_score_that_each_had(asked, graded, tmp_path):
    """One scanner scores 0 to 20 and is always right, another 80 to 100 and is always wrong; moments decide neither."""
    right = [past(one, "success", "gap", score=20.0 * k / 480) for k, one in enumerate(graded[0::2])]
    wrong = [past(one, "failure", "crp", score=80.0 + 20.0 * k / 480) for k, one in enumerate(graded[1::2])]
    note(tmp_path, [*right, *wrong])
    for score in (graded[0].score, graded[len(graded) // 2].score, graded[-1].score):
        assert asked(score)["rate"] == pytest.approx(0.5, abs=0.1), score
    assert asked(19.9)["decile"] == 1, "below every moment there was"
    assert asked(19.9)["of"] == OF


def test_the_rate_is_of_the_moments_in_the_scores_decile(asked, graded, tmp_path):
    """Good moments came right whatever the scanners' own scores, which say the contrary."""
    half = len(graded) // 2
    note(
        tmp_path,
        (past(one, "failure" if k < half else "success", score=100.0 - k / 10) for k, one in enumerate(graded)),
    )
    edges = np.quantile([one.score for one in graded], np.arange(1, 10) / 10)
    for score in (graded[10].score, graded[half].score, graded[-10].score):
        same = [k for k, one in enumerate(graded) if (one.score > edges).sum() == (score > edges).sum()]
        good, found = sum(k >= half for k in same), asked(score)
        interval = wilson(good, len(same))
        assert (found["n"], found["rate"], found["origin"]) == (len(same), good / len(same), LIVE)
        assert found["interval"] == [interval.low, interval.high]
    assert (asked(graded[10].score)["rate"], asked(graded[-10].score)["rate"]) == (0.0, 1.0)


def test_it_says_nothing_of_fewer_than_thirty_and_notices_when_there_are_more(asked, graded, tmp_path):
    some = graded[:: len(graded) // 40]
    note(tmp_path, (past(one, "success") for one in some[:29]))
    assert asked(some[0].score) is None
    note(tmp_path, (past(one, "success") for one in some[:30]))
    found = asked(some[0].score)
    interval = wilson(found["n"], found["n"])
    assert 0 < found["n"] < 30, "those of its decile"
    assert found["interval"] == [interval.low, interval.high]


def test_signals_of_other_bars_and_of_what_is_not_stored_are_not_counted(asked, graded, tmp_path):
    others = {"timeframe": "5m"}, {"market": "crypto"}, {"origin": SIMULATED}
    note(tmp_path, (past(one, "success", **other) for other in others for one in graded))
    note(tmp_path, (past(replace(one, symbol="GONE"), "success") for one in graded))
    assert asked(50.0) is None


def test_signals_of_simulated_bars_are_never_mixed_with_others(market, graded, tmp_path):
    panel = StoredBars(market[0], PanelQuestion("1d"))("1d")
    note(tmp_path, (past(one, "success") for one in graded))
    asked = PastSignals(tmp_path, lambda: replace(panel, labels=("simulated",)))
    assert asked(50.0) is None
    note(tmp_path, (past(one, "success", origin=SIMULATED) for one in graded))
    assert asked(50.0)["origin"] == SIMULATED


def test_without_bars_it_says_nothing(tmp_path):
    bars = StoredBars(tmp_path, PanelQuestion("1d"))
    assert PastSignals(tmp_path, lambda: bars("1d"))(50.0) is None


def test_the_opportunity_score_has_it_beside_it(tmp_path):
    store = scanned_market.stored(tmp_path)
    known = settings(environment={"SCANNER_DATA_DIR": str(store)})
    assert "observed" not in opportunity(known)
    sessions = days(scanned_market.SESSIONS)[-LATEST:]
    note(store, (past(Graded(name, on, 0.0), "success") for name in scanned_market.NAMES for on in sessions))
    assert opportunity(known)["observed"]["rate"] == 1.0


def opportunity(known) -> dict:
    name = scanned_market.NAMES[0]
    after = dt.datetime.combine(scanned_market.LAST, dt.time(23), dt.UTC)
    return Analysts(known, lambda: after)([name], {name: "BUY"}, None)[name]["opportunity"]


def long(root):
    """Store bars enough for a regime."""
    named = {"UPP": going(0.01, 300), "SPY": going(0.001, 300)}
    return fill(root, *(frame(name, bars, days(300)) for name, bars in named.items()))


def test_the_benchmark_of_the_regime_is_a_setting_else_the_equal_weight_of_all(tmp_path):
    store = long(tmp_path / "store")
    known = settings(environment={"SCANNER_DATA_DIR": str(store)})
    assert _benchmark(known)["of"] == "equal weight of 2 symbols, closes only"
    assert _benchmark(known.update("providers", benchmark_us="SPY"))["of"] == "SPY"
    missing = _benchmark(known.update("providers", benchmark_us="QQQ"))
    assert missing == {"available": False, "reason": "no 1d bars of QQQ are stored"}


def _benchmark(known) -> dict:
    return _analysed(known)["market_regime"]["benchmark"]


def _analysed(known) -> dict:
    return Analysts(known, lambda: NOW)(["UPP"], {"UPP": "BUY"}, None)["UPP"]
