"""Joining the parts for a scan: settings and what was asked become a question and the desk that answers it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapehawk.app.checking import Setting, checked, from_text
from tapehawk.app.phasing import risk
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.errors import BadInput
from tapehawk.core.scanner import Scanner
from tapehawk.scan.desk import Desk
from tapehawk.scan.explain import Explanation
from tapehawk.scan.question import Question
from tapehawk.scan.report import Report

ALL: Final = "all"
CRYPTO: Final = "crypto"
TYPED: Final = "command line, --set"
NEEDS_MORE: Final = ("formula", "ml")
"""Scanners that `all` leaves out: one needs a formula, the other a trained model."""


@dataclass(frozen=True)
class Asked:
    """What a person asks for; None and empty mean: by default.

    `scanners` may hold "all". `symbols` with a slash, and the universe "crypto", ask the crypto market. `parameters`
    are texts as typed or plain values, and go before the settings; errors say that they were `given_by`.
    """

    scanners: Sequence[str]
    date: dt.date | None = None
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    cutoff: str | None = None
    timeframe: str = "1d"
    hours: str = "regular"
    symbols: Sequence[str] = ()
    universe: str | None = None
    parameters: Mapping[str, object] | None = None
    strict: bool = False
    given_by: str = TYPED

    @property
    def market(self) -> str:
        """The market that is asked."""
        coins = bool(self.symbols) and all("/" in symbol for symbol in self.symbols)
        return CRYPTO if coins or self.universe == CRYPTO else "us"


def desk(settings: Settings, market: str = "us") -> Desk:
    """Return the desk over the settings' store and account."""
    prefer = settings.providers.prefer_us if market == "us" else settings.providers.prefer_crypto
    return Desk(
        settings.store,
        settings.scanners,
        risk=risk(settings),
        threads=os.cpu_count() or 1,
        market=market,
        prefer=prefer or None,
        parameters=settings.parameters,
    )


def questions(settings: Settings, asked: Asked) -> list[Question]:
    """Return one question a scanner. Raises BadInput for a scanner, parameter or date that can't be used."""
    names = scanners_named(asked.scanners, asked.timeframe, settings.scanners)
    return [question(settings, asked, name) for name in names]


def scanners_named(names: Iterable[str], timeframe: str, folder: Path) -> list[str]:
    """Return the scanners, "all" standing for each one that this timeframe makes sense for."""
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(_every(timeframe, folder) if name == ALL else [name])
    return list(found)


def _every(timeframe: str, folder: Path) -> list[str]:
    names = [name for name in scanner_names(folder) if name not in NEEDS_MORE]
    return [name for name in names if timeframe in scanner_type(name, folder).timeframes]


def question(settings: Settings, asked: Asked, scanner: str) -> Question:
    """Return what one scanner is asked."""
    return Question(
        scanner_type=scanner,
        scan_date=asked.date,
        start_date=asked.start_date,
        end_date=asked.end_date,
        cutoff=asked.cutoff,
        timeframe=asked.timeframe,
        hours=asked.hours,
        symbols=tuple(asked.symbols),
        universe=None if asked.universe == CRYPTO else asked.universe,
        parameters=parameters(settings, scanner, asked.parameters or {}, asked.given_by),
        strict=asked.strict,
    )


def parameters(
    settings: Settings, scanner: str, asked: Mapping[str, object], given_by: str = TYPED
) -> dict[str, object]:
    """Return a scanner's parameters: the settings', and before them what was asked for in this question."""
    model = scanner_type(scanner, settings.scanners)
    given = {key: Setting(_read(model, key, value), given_by) for key, value in asked.items()}
    every = {**settings.given(scanner), **given}
    values = checked(model, scanner, every)
    return {key: getattr(values, key) for key in every}


def _read(model: type[Scanner], key: str, value: object) -> object:
    return from_text(model, key, value) if isinstance(value, str) else value


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Read `name=value` texts. Raises BadInput for one without an equals sign."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"--set {text!r} sets nothing", hint="it reads like --set min_price=5")
        found[name.strip()] = value.strip()
    return found


def run(settings: Settings, asked: Asked, *, on_step: Callable[[str], None] = lambda _: None) -> list[Report]:
    """Scan with every scanner that is asked for, the user's own among them; `on_step` hears what is being done."""
    every = questions(settings, asked)
    on_step(f"scanning: {', '.join(one.scanner_type for one in every)}")
    return desk(settings, asked.market).run_together(every, on_build=_building(every[0], on_step))


def explain(settings: Settings, asked: Asked, symbol: str, *, on_step: Callable[[str], None]) -> Explanation:
    """Say of one symbol which conditions of a scanner held. Raises as `run` does, and for one without a bar then."""
    one = question(settings, asked, asked.scanners[0])
    on_step(f"explaining: {one.scanner_type}")
    at = desk(settings, CRYPTO if "/" in symbol else asked.market)
    return at.explain(one, symbol, on_build=_building(one, on_step))


def _building(one: Question, on_step: Callable[[str], None]) -> Callable[[], None]:
    return lambda: on_step(f"building the panel of {one.timeframe} bars (once)")
