"""Live scanning by the settings of the phases: who is on, how often is looked, and what its provider may be asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import polars as pl
import pytest

from tapehawk.app import live as app_live
from tapehawk.app.asking import Asked
from tapehawk.app.beats import Beat, LiveTold, Watched
from tapehawk.app.live import live, replay
from tapehawk.app.settings import settings
from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import calendar_named, us_calendar
from tapehawk.data import store
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.adapter import SimProvider
from tapehawk.data.providers.sim.config import SimConfig
from tapehawk.data.providers.sim.filling import fill_intraday
from tapehawk.data.providers.wire.asking import Asking
from tapehawk.data.store import append_symbols
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.intrabar import is_intrabar
from tests.data.scripted import MINUTE
from tests.fakes.clock import JumpingClock
from tests.scan.live_market import DAY, FIRST, HOURS, NEXT, SIM, filled, market, of_day, stamp, symbols

ALL = Asked(["all"], timeframe="1m", hours="extended")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("phases") / "store", until=DAY)


@dataclass
class Heard:
    """All that was told."""

    watched: list[Watched] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)

    @property
    def told(self) -> LiveTold:
        return LiveTold(self.watched.append, self.beats.append)

    def on(self) -> dict[str, set[str]]:
        """Which scanners had rows in each phase."""
        found: dict[str, set[str]] = {}
        for row in (row for beat in self.beats for row in beat.added):
            found.setdefault(row["phase"], set()).add(row["scanner"])
        return found


def replayed(asked: Asked = ALL) -> Heard:
    heard = Heard()
    replay(settings(), asked, DAY, heard.told)
    return heard


def test_all_is_in_each_phase_what_the_settings_switch_on_in_it(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    monkeypatch.setenv("SCANNER__SESSIONS__REGULAR_SCANNERS", "momentum,volume_spike")
    heard = replayed()
    assert set(heard.watched[0].scanners) == {"gap", "volume_spike", "relative_volume", "momentum", "reversal"}
    on = heard.on()
    assert "volume_spike" in on["premarket"] <= {"gap", "volume_spike", "relative_volume"}
    assert on["regular"] == {"momentum", "volume_spike"}
    assert "volume_spike" in on["after_hours"] <= {"reversal", "volume_spike"}


def test_a_scanner_that_is_named_is_on_all_day(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    on = replayed(Asked(["momentum"], timeframe="1m", hours="extended")).on()
    assert on == {phase: {"momentum"} for phase in ("premarket", "regular", "after_hours")}


INSIDE = {"min_price": "0", "min_dollar_volume": "0"}


def test_a_replay_folds_minutes_and_judges_levels_that_are_crossed_before_the_close(whole, monkeypatch):
    """Every trigger is taken back at its bar's close, which has a row of its own for some and none for others."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    heard = replayed(Asked(["inside_bar"], timeframe="5m", parameters=INSIDE))
    assert (heard.watched[0].series.timeframe, heard.watched[0].timeframe, heard.watched[0].folded) == (
        "1m",
        "5m",
        True,
    )
    waiting, ends = {}, []
    for beat in heard.beats:
        rows = {key_of(row) for row in beat.added if not is_intrabar(row)}
        for row in filter(is_intrabar, beat.withdrawn):
            assert waiting.pop(key_of(row)) == row
            assert row["bar_time"] < stamp(beat.at), "not before its close"
            ends.append(key_of(row) in rows)
        waiting |= {key_of(row): row for row in beat.added if is_intrabar(row)}
        assert all(row["available_at"] <= stamp(beat.watermark) for row in waiting.values())
    assert waiting == {}
    assert (ends.count(True), ends.count(False)) > (5, 5)


def test_a_scanner_that_is_off_in_a_phase_has_no_triggers_in_it(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))

    def triggered(asked: Asked) -> set[str]:
        rows = (row for beat in replayed(asked).beats for row in beat.added)
        return {row["phase"] for row in rows if is_intrabar(row) and row["scanner"] == "inside_bar"}

    asked = Asked(["inside_bar"], timeframe="30m", hours="extended")
    assert triggered(asked) == {"premarket", "regular"}
    assert triggered(replace(asked, scanners=["all"])) == {"regular"}


def test_bars_of_an_hour_are_not_folded_as_they_come():
    with pytest.raises(BadInput, match="can't be scanned live as 4h bars"):
        app_live._slower(replace(SIM, timeframe="1h"), "4h")


def test_bars_are_scanned_when_a_look_is_due_and_the_beats_say_both(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    monkeypatch.setenv("SCANNER__SESSIONS__PREMARKET_INTERVAL", "30")
    beats = replayed(Asked(["volume_spike"], timeframe="1m", hours="extended")).beats
    half_hour = 30 * 60_000_000
    early = [beat for beat in beats if beat.watermark <= HOURS.open]
    assert {(beat.at - HOURS.premarket_open) % half_hour for beat in early} == {0}
    assert all(beat.at <= beat.watermark < beat.at + half_hour for beat in early)
    assert beats[-1].at == HOURS.after_hours_close


def test_the_risk_of_a_signal_is_scaled_by_the_settings(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))

    def risked(share: str) -> float:
        monkeypatch.setenv("SCANNER__SESSIONS__PREMARKET_RISK", share)
        asked = Asked(["volume_spike"], timeframe="1m", hours="extended")
        rows = (row for beat in replayed(asked).beats for row in beat.added if row["phase"] == "premarket")
        return sum(row["risk_amount"] for row in rows)

    assert risked("0") == 0 < risked("0.7")


def test_a_halted_symbol_is_named_with_its_last_bar_once_thirty_bars_have_gone_by(tmp_path, monkeypatch):
    halted, noon = symbols()[1], HOURS.open + 150 * MINUTE
    root = filled(tmp_path / "store", until=us_calendar().previous(DAY))
    lost = (pl.col("symbol") == halted) & (pl.col("time").to_physical() >= noon)
    store.append_bars(root, [(SIM, of_day().filter(~lost))])
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    beats = replayed(Asked(["volume_spike"], timeframe="1m", hours="extended")).beats
    last = of_day().filter(~lost, pl.col("symbol") == halted)["time"].to_physical().max()
    silent = {beat.at: beat.silent for beat in beats}
    assert halted not in silent[last + 30 * MINUTE]
    assert silent[last + 31 * MINUTE][halted] == last
    assert silent[HOURS.after_hours_close][halted] == last
    assert next(iter(silent[last + 31 * MINUTE])) == halted, "the newest silence first"


class Metered(SimProvider):
    """The simulator, as if every fetch took twelve calls to a vendor."""

    def __init__(self, clock) -> None:
        super().__init__(SimConfig(symbols=4), clock=clock)
        self._asking = Asking("vendor", clock=clock)
        self.calls: list[int] = []

    async def fetch(self, step):
        for _ in range(12):
            await self._asking.ask(self._call)
        return await super().fetch(step)

    async def _call(self) -> None:
        self.calls.append(self._clock.now())


class Enough(Exception):
    """A test has seen enough."""


@pytest.mark.parametrize(("calls", "minutes"), [("5", 2), ("60", 0)])
def test_scanning_asks_its_provider_no_more_often_than_the_phase_allows(monkeypatch, calls, minutes):
    monkeypatch.setenv("SCANNER__SESSIONS__REGULAR_CALLS", calls)
    clock = JumpingClock(us_calendar().need_session(DAY).open).clock
    provider = Metered(clock)
    monkeypatch.setattr(app_live, "build", lambda *_, **__: provider)

    def enough(_: Beat) -> None:
        if len(provider.calls) >= 12:
            raise Enough

    with pytest.raises(Enough):
        live(settings(), Asked(["volume_spike"], timeframe="1m"), "sim", LiveTold(lambda _: None, enough), clock=clock)
    waited = (provider.calls[11] - provider.calls[0]) / 60e6
    assert minutes <= waited < minutes + 1


def test_where_live_scanning_is_switched_off_that_is_said(monkeypatch):
    monkeypatch.setenv("SCANNER__STREAMING__ENABLED", "false")
    with pytest.raises(BadInput, match="switched off"):
        live(settings(), ALL, "sim", LiveTold(lambda _: None, lambda _: None))


# ------------------------------------------------------------------------------------------- universes, crypto


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """A store of five names of three exchanges."""
    root = filled(tmp_path / "store", until=DAY)
    append_symbols(root, market()[0].symbols(FIRST, NEXT))
    monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
    return root


def test_a_replay_of_a_universe_is_of_its_names(listed):
    heard = replayed(Asked(["volume_spike"], timeframe="1m", hours="extended", universe="nasdaq"))
    assert heard.watched[0].symbols == 2
    assert {row["symbol"] for beat in heard.beats for row in beat.added} == {"BEVO2", "BILA1"}


def watched_live(asked: Asked) -> Watched:
    """What is watched when a live scan begins."""
    seen: list[Watched] = []

    def began(watched: Watched) -> None:
        seen.append(watched)
        raise Enough

    clock = JumpingClock(us_calendar().need_session(NEXT).open).clock
    with pytest.raises(Enough):
        live(settings(), asked, "sim", LiveTold(began, lambda _: None), clock=clock)
    return seen[0]


@pytest.mark.parametrize(("universe", "symbols"), [("nasdaq", 2), ("common", 5), ("all", 5)])
def test_a_live_scan_of_a_universe_is_of_its_names(listed, universe, symbols):
    asked = Asked(["volume_spike"], timeframe="1m", hours="extended", universe=universe)
    assert watched_live(asked).symbols == symbols


def test_who_asks_for_crypto_is_given_no_stocks():
    with pytest.raises(BadInput, match="sim has no bars of the market 'crypto'"):
        watched_live(Asked(["volume_spike"], timeframe="1m", universe="crypto"))


def test_a_day_of_crypto_is_one_phase_from_midnight_to_midnight(tmp_path, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SCANNER__SESSIONS__CONTINUOUS_SCANNERS", "volume_spike")
    monkeypatch.setenv("SCANNER__SESSIONS__CONTINUOUS_INTERVAL", "60")
    sunday, hour = dt.date(2024, 4, 28), 3_600_000_000
    fill_intraday(tmp_path, Simulator(seed=5), "5m", sunday - dt.timedelta(days=1), sunday, market="crypto")
    heard = Heard()
    replay(settings(), Asked(["all"], timeframe="5m", hours="extended", universe="crypto"), sunday, heard.told)
    (watched,) = heard.watched
    assert (watched.series.market, watched.symbols, watched.scanners) == ("crypto", 6, ("volume_spike",))
    assert heard.on() == {"continuous": {"volume_spike"}}
    began = calendar_named("crypto").need_session(sunday).open
    assert [(beat.at - began) // hour for beat in heard.beats if beat.added][-1] == 24, "scanned to midnight"
    assert {(beat.at - began) % hour for beat in heard.beats} == {0}
