"""What the house's own jobs do: syncing, training, throwing away what is old. A range scan is `range_scanning.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from tapehawk.app.asking import Asked
from tapehawk.app.house import House
from tapehawk.app.learning import train as trained
from tapehawk.app.retention import remove_old
from tapehawk.app.syncing import SyncAsked, Told
from tapehawk.app.syncing import run as synced
from tapehawk.core.errors import NoData
from tapehawk.data.models import every_place, stored_model
from tapehawk.data.sync.planning import SyncPlan
from tapehawk.data.sync.report import Progress, SyncReport
from tapehawk.jobs.run import Run

Payload = Mapping[str, Any]
Asks = Callable[[], bool]


def sync(house: House, payload: Payload, run: Run, _is_cancelled: Asks) -> dict[str, Any]:
    """Bring the store up to date: `{provider, timeframe?, symbols?, universe?, since?}`."""
    since = payload.get("since")
    asked = SyncAsked(
        provider=payload["provider"],
        timeframe=payload.get("timeframe", "1d"),
        symbols=tuple(payload.get("symbols", ())),
        universe=payload.get("universe"),
        since=dt.date.fromisoformat(since) if since else None,
    )
    reports: list[SyncReport] = []

    def planned(plan: SyncPlan) -> None:
        run(0.0, f"{len(plan.steps):,} steps, about {plan.minutes:,.0f} minutes")

    def went_on(progress: Progress) -> None:
        run(99.0 * progress.done / max(progress.steps, 1), f"{progress.rows:,} rows")

    told = Told(on_plan=planned, on_progress=went_on, on_step=lambda said: run(0.0, said), on_report=reports.append)
    synced(house.known, asked, told)
    return {name: _shown(getattr(reports[-1], name)) for name in ("provider", "timeframe", "end", "steps", "calls")}


def train(house: House, payload: Payload, run: Run, _is_cancelled: Asks) -> dict[str, Any]:
    """Train a model: `{scanner, timeframe?, hours?, universe?, start_date?, end_date?, config?, seed?}`."""
    asked = Asked(
        scanners=[payload["scanner"]],
        start_date=_date(payload.get("start_date")),
        end_date=_date(payload.get("end_date")),
        timeframe=payload.get("timeframe", "1d"),
        hours=payload.get("hours", "regular"),
        universe=payload.get("universe"),
        parameters={name: _text(value) for name, value in payload.get("config", {}).items()},
    )
    stored = trained(house.known, asked, seed=payload.get("seed", 7), on_step=lambda said: run(50.0, said))
    return {"scanner": payload["scanner"], "says": stored.model.reason or "it predicts"}


def retrain(house: House, _payload: Payload, run: Run, is_cancelled: Asks) -> dict[str, Any]:
    """Train every model of the store anew, each as it was asked for; one that can't be now stays as it is."""
    done, left = [], {}
    for place in every_place(house.known.store):
        run.check()
        card = stored_model(house.known.store, place).card
        about = {"scanner": place.scanner, "timeframe": place.timeframe, "hours": place.hours}
        more = {"config": card["parameters"], "seed": card["seed"], "universe": _universe(place.market)}
        try:
            train(house, {**about, **more}, run, is_cancelled)
            done.append(place.scanner)
        except NoData as error:
            left[place.scanner] = error.message
    return {"trained": done, "left": left}


def retention(house: House, _payload: Payload, run: Run, _is_cancelled: Asks) -> dict[str, Any]:
    """Remove what is older than it is kept."""
    return dict(remove_old(house.database, house.known.records, now=house.now(), check=run.check))


def _universe(market: str) -> str | None:
    return "crypto" if market == "crypto" else None


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _shown(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
