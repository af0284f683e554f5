"""Joining the parts for models: past signals of a scanner become a trained model, its card and its predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tapehawk.app.asking import Asked, desk, parameters, question
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import NoData
from tapehawk.core.features import features_of
from tapehawk.core.model import Model, Origin
from tapehawk.core.sessions import date_of
from tapehawk.data.models import Place, StoredModel, installed, save_model, stored_model
from tapehawk.research.card import card_of
from tapehawk.research.labels import samples_of
from tapehawk.research.libraries import need_libraries
from tapehawk.research.training import train as trained_on
from tapehawk.scan.asked import Asked as Bars
from tapehawk.scan.desk import Desk
from tapehawk.scan.past import past_signals
from tapehawk.scan.question import Question
from tapehawk.scan.report import Report

ML: Final = "ml"
Said = Callable[[str], None]
_SHOWN: Final = (
    "symbol", "pattern", "direction", "probability", "entry", "stop", "target1", "bar_time", "available_at", "labels",
)  # fmt: skip


@dataclass(frozen=True)
class Predictions:
    """What a model says of the latest hits: rows with a `probability`, or the reason why it says nothing.

    `unknown`: hits of which a feature is unknown, so that it says nothing of them.
    """

    scanner: str
    available: bool
    reason: str | None = None
    as_of: str | None = None
    data_version: str | None = None
    labels: tuple[str, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    unknown: int = 0


def train(known: Settings, asked: Asked, *, seed: int, on_step: Said) -> StoredModel:
    """Train a scanner's model on its past signals, save it with its card and return both.

    Raises BadInput without the libraries or for a scanner without levels, NoData where no signal has an outcome.
    """
    need_libraries()
    at, one = _desk(known, asked), _range(question(known, asked, asked.scanners[0]))
    scanner = at.models(one.timeframe, one.hours).base(one.scanner_type)
    on_step(f"looking for past signals of {scanner.type()}")
    bars = at.asked(one, lambda: on_step(f"building the panel of {one.timeframe} bars (once)"))
    past = past_signals(scanner, one, bars, features_of, threads=at.threads)
    names = tuple(features_of(past.found[0].setup))
    on_step("following what became of them")
    every = samples_of(past.panel, past.found, names)
    if not len(every):
        raise NoData(
            f"no signal of {scanner.type()} from {' to '.join(_span(bars))} has an outcome",
            hint="widen the range, or the scanner's parameters: --start-date, --set",
        )
    samples = every.complete()
    trained = trained_on(samples, seed, on_step)
    origin = replace(Origin.of(scanner, one.timeframe, one.hours, at.market), libraries=installed())
    left_out = {"hits": sum(found.bar.size for found in past.found), "without_features": len(every) - len(samples)}
    card = card_of(trained, samples, seed, _about(origin, bars, left_out))
    stored = StoredModel(Model(origin, names, trained.ensemble, trained.reason), card)
    save_model(known.store, stored)
    return stored


def card(known: Settings, asked: Asked) -> StoredModel:
    """Return a scanner's model with its card, whether or not it still fits. Raises NoData where there is none."""
    name = asked.scanners[0]
    scanner_type(name, known.scanners)
    return stored_model(known.store, Place(name, asked.timeframe, asked.hours, asked.market))


def predict(known: Settings, asked: Asked, *, on_step: Said) -> Predictions:
    """Say how likely the latest hits of a scanner reach their target, or why that is not said.

    Raises NoData without a model, BadInput for one that was trained on something else, saying what differs.
    """
    name, at = asked.scanners[0], _desk(known, asked)
    models = at.models(asked.timeframe, asked.hours)
    reason = models.of(models.base(name)).model.reason
    if reason is not None:
        return Predictions(name, available=False, reason=reason)
    one = question(known, replace(asked, scanners=[ML], parameters=None), ML)
    on_step(f"scanning: {name}")
    wanted = replace(one, parameters={"scanner": name, "min_probability": 0.0})
    return _predictions(name, at.run(wanted, on_build=lambda: on_step("building the panel (once)")))


def _desk(known: Settings, asked: Asked) -> Desk:
    """Return a desk to whom a scanner is set to what was typed, and before that to what the settings say."""
    typed = asked.parameters or {}
    return replace(desk(known, asked.market), parameters=lambda scanner: parameters(known, scanner, typed))


def _range(one: Question) -> Question:
    """Return a question about every bar stored, unless it is about a range already."""
    return one if one.is_range else replace(one, start_date=date_of(0))


def _about(origin: Origin, bars: Bars, left_out: Mapping[str, int]) -> dict[str, Any]:
    return {
        "scanner": origin.scanner,
        "parameters": dict(origin.parameters),
        "timeframe": origin.timeframe,
        "hours": origin.hours,
        "market": origin.market,
        "data_span": _span(bars),
        "series": bars.series,
        "data_version": bars.panel.data_version,
        "labels": list(bars.panel.labels),
        "libraries": dict(origin.libraries),
        **left_out,
    }


def _span(bars: Bars) -> list[str]:
    """Return the first and the last session that was looked at."""
    session = bars.among.columns["session"]
    first, last = max(bars.days.first, int(session.min())), min(bars.days.last, int(session.max()))
    return [date_of(first).isoformat(), date_of(last).isoformat()]


def _predictions(name: str, report: Report) -> Predictions:
    rows = tuple({key: row[key] for key in _SHOWN} for row in report.rows())
    return Predictions(
        scanner=name,
        available=True,
        as_of=report.as_of,
        data_version=report.data_version,
        labels=report.labels,
        rows=rows,
        unknown=sum(step["unknown"] for one in report.funnel for step in one["steps"] if step["name"] == "probability"),
    )
