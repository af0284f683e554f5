"""Range scans as users ask for them: a question checked, queued, shown, cancelled. `range_scanning.py` answers it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import Any, Final

from tapehawk.app.asking import Asked, desk
from tapehawk.app.checking import Setting, checked
from tapehawk.app.house import House
from tapehawk.app.settings import Settings
from tapehawk.catalog import scanner_type
from tapehawk.core.errors import BadInput, Conflict
from tapehawk.records.jobs import ENDED, QUEUED
from tapehawk.records.owned import Row
from tapehawk.scan.desk import Desk
from tapehawk.scan.floors import NO_FLOORS, Floors
from tapehawk.scan.looking import look_for
from tapehawk.scan.question import Question

KIND: Final = "range_scan"
MOST_WAITING: Final = 100
"""Scans of a user that may wait at once."""


@dataclass(frozen=True)
class RangeAsked:
    """What a user asks for. `config`: parameters of the scanner, which go before the settings'."""

    scanner_type: str
    start_date: dt.date
    end_date: dt.date
    floors: Floors = NO_FLOORS
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    universe: str | None = None
    config: Mapping[str, object] = field(default_factory=dict)

    @property
    def market(self) -> str:
        """The market that is asked."""
        return Asked((self.scanner_type,), symbols=tuple(self.include), universe=self.universe).market


def execute(house: House, user_id: uuid.UUID, asked: RangeAsked) -> Row:
    """Queue a scan and return it. Raises BadInput or NoData where it could not be answered, before it is queued."""
    question = _checked(house.known, asked)
    at, now = desk(house.known, asked.market), house.now()
    scanner = at.scanner(question)
    bars = at.asked(question)
    look = look_for([scanner], question, bars)
    if not look.has_bars():
        raise bars.no_data(None)
    plain = {"market": asked.market, **_plain(question)}
    scan_id = f"scan_{now:%Y%m%d_%H%M%S}_{secrets.token_hex(4)}"
    with house.database.write() as records:
        mine = records.of(user_id)
        if mine.scans.waiting() >= MOST_WAITING:
            raise Conflict(f"{MOST_WAITING} scans of yours wait already", hint="cancel some, or wait")
        made = mine.scans.add(
            id=scan_id,
            scanner_type=question.scanner_type,
            start_date=asked.start_date,
            end_date=asked.end_date,
            question=plain,
            question_key=_key(house.known, plain),
            data_version=bars.panel.data_version,
            total_tickers=len(look.panel.symbols),
            status=QUEUED,
            message="waits for its turn",
            created_at=now,
        )
        house.queue.add_with(records, KIND, {"scan_id": scan_id}, user_id=user_id, id=scan_id)
    house.queue.news.set()
    return made


def cancel_or_remove(house: House, user_id: uuid.UUID, scan_id: str) -> str:
    """Cancel a scan that waits or runs, remove one that has ended; say which. Raises NoData for another's."""
    with house.database.write() as records:
        mine = records.of(user_id)
        if mine.scans.get(scan_id)["status"] in ENDED:
            mine.scans.remove(scan_id)
            return "deleted"
    house.queue.cancel(scan_id)
    return "cancelled"


def question_of(plain: Mapping[str, Any], data_version: str | None) -> Question:
    """Return the question that was kept with a scan."""
    return Question(
        plain["scanner_type"],
        start_date=dt.date.fromisoformat(plain["start_date"]),
        end_date=dt.date.fromisoformat(plain["end_date"]),
        symbols=tuple(plain["symbols"]),
        universe=plain["universe"],
        parameters=plain["parameters"],
        without=tuple(plain["without"]),
        floors=Floors(**plain["floors"]),
        version=data_version,
    )


def desk_of(house: House, plain: Mapping[str, Any]) -> Desk:
    """Return the desk that answers a kept question."""
    return desk(house.known, plain["market"])


def asked_of(scan: Row) -> dict[str, Any]:
    """Return what was asked, in the words of the API: sent again, the same is asked again."""
    plain, floors = scan["question"], scan["question"]["floors"]
    crypto = plain["market"] == "crypto"
    return {
        "start_date": scan["start_date"],
        "end_date": scan["end_date"],
        "scanner_type": scan["scanner_type"],
        "filters": {
            "min_volume": floors["volume"],
            "min_dollar_volume": floors["dollar_volume"],
            "min_price": floors["price"],
            "max_price": floors["highest_price"],
            "exclude_tickers": plain["without"],
            "include_tickers": plain["symbols"],
            "universe": "crypto" if crypto else plain["universe"],
        },
        "config": plain["parameters"],
    }


def progress_of(scan: Row, now: dt.datetime) -> dict[str, Any]:
    """Return how far a scan is, in the words of the API."""
    began, took = scan["started_at"], scan["execution_time"]
    if took is None and began is not None and scan["finished_at"] is None:
        took = max(0.0, (now - began).total_seconds())
    same = ("status", "progress_percent", "message", "current_ticker", "total_tickers", "processed_tickers")
    return {
        "scan_id": scan["id"],
        **{name: scan[name] for name in same},
        "start_date": scan["start_date"],
        "end_date": scan["end_date"],
        "created_at": scan["created_at"],
        "started_at": began,
        "execution_time": took,
        "results_found": scan["results_found"],
    }


def _checked(known: Settings, asked: RangeAsked) -> Question:
    for name, date in (("start_date", asked.start_date), ("end_date", asked.end_date)):
        if not dt.date(1900, 1, 1) <= date <= dt.date(2200, 1, 1):
            raise BadInput(f"{name}: {date} is no date of a market")
    if asked.start_date > asked.end_date:
        said = f"end_date: {asked.end_date} is before {asked.start_date}, where the range starts"
        raise BadInput(said, hint="the other way round")
    both = sorted(set(asked.include) & set(asked.exclude))
    if both:
        said = f"exclude_tickers: {', '.join(both[:5])} {'is' if len(both) == 1 else 'are'} to be included, too"
        raise BadInput(said, hint="leave them out of one of the lists")
    return Question(
        asked.scanner_type,
        start_date=asked.start_date,
        end_date=asked.end_date,
        symbols=tuple(dict.fromkeys(asked.include)),
        universe=None if asked.universe == "crypto" else asked.universe,
        parameters=_parameters(known, asked),
        without=tuple(dict.fromkeys(asked.exclude)),
        floors=asked.floors,
    )


def _parameters(known: Settings, asked: RangeAsked) -> dict[str, object]:
    """Return the scanner's parameters as plain values: the settings', and before them those of the request."""
    model = scanner_type(asked.scanner_type, known.scanners)
    given = {key: Setting(value, "the request's config") for key, value in asked.config.items()}
    known_of = known.given(asked.scanner_type)
    values = checked(model, asked.scanner_type, {**known_of, **given})
    return values.model_dump(mode="json", include={*known_of, *given})


def _plain(question: Question) -> dict[str, Any]:
    return {
        "scanner_type": question.scanner_type,
        "start_date": str(question.start_date),
        "end_date": str(question.end_date),
        "symbols": list(question.symbols),
        "without": list(question.without),
        "universe": question.universe,
        "floors": asdict(question.floors),
        "parameters": dict(question.parameters),
    }


def _key(known: Settings, plain: Mapping[str, Any]) -> str:
    """Return what is the same for questions that have the same answer from the same data."""
    at = desk(known, plain["market"])
    account = [at.risk.account_size, at.risk.per_trade, sorted(at.risk.by_phase.items())]
    said = json.dumps([plain, account, at.prefer, version("tapehawk")], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
