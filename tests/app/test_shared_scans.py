"""A scan that one process made is known by the others: to whom it belongs, whole, for a while."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tapehawk.app.asking import Asked
from tapehawk.app.house import House
from tapehawk.app.performance import Performance
from tapehawk.app.scanning import Scanning
from tapehawk.app.settings import settings
from tapehawk.app.telemetry import Telemetry
from tapehawk.bus.shelf import Shelf
from tapehawk.core.errors import Conflict, NoData, TryAgain
from tapehawk.scan.fallen import AtStep
from tests.api.conftest import user_of
from tests.app.scanned_market import LAST, NAMES, stored
from tests.records.tables import with_tables
from tests.scan.market import days, fill, frame

FIRST_STEP = AtStep("0", None, 0, 100)


class Board(Shelf):
    """A shelf of this process. `is_away`: it can't be reached."""

    is_shared = True

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.is_away = False

    def put(self, name: str, content: bytes, *, seconds: int) -> None:
        if self.is_away:
            raise TryAgain("away")
        self.kept[name] = content

    def get(self, name: str) -> bytes | None:
        if self.is_away:
            raise TryAgain("away")
        return self.kept.get(name)


@pytest.fixture
def house(own_home):
    made = House(settings())
    with_tables(made.database)
    stored(made.known.store)
    yield made
    made.close()


@pytest.fixture
def shelf():
    return Board()


@pytest.fixture
def processes(house, shelf) -> list[Scanning]:
    """Return who answers scans in two processes over one store."""
    return [Scanning(house.known, Performance(), Telemetry(house.gauges), shelf, house.now) for _ in range(2)]


ASKED = [
    Asked(scanners=["technical"]),
    Asked(scanners=["volume_spike"], date=LAST, parameters={"min_price": 1, "volume_ratio": "1.5"}),
    Asked(scanners=["gap"], start_date=LAST - dt.timedelta(days=20), end_date=LAST, symbols=tuple(NAMES[:5])),
    Asked(scanners=["formula"], parameters={"formula": "close > highest(high, 5)[1]"}),
]


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: one.scanners[0])
def test_the_other_process_knows_it_to_the_last_byte_and_who_fell(house, processes, asked):
    one, other = processes
    ada = user_of(house, "ada")
    made = one.scan(ada, asked).scan
    known = other.of(ada.id, made.scan_id)
    assert known.body == made.body
    assert (known.finding.question, known.finding.made) == (made.finding.question, made.finding.made)
    if not made.finding.question.is_range:
        assert other.fallen(ada, made.scan_id, FIRST_STEP) == one.fallen(ada, made.scan_id, FIRST_STEP)


def test_it_is_not_there_for_anybody_else(house, processes):
    one, other = processes
    made = one.scan(user_of(house, "ada"), ASKED[0]).scan
    for name in ("bob", "ada2"):
        with pytest.raises(NoData, match=made.scan_id):
            other.of(user_of(house, name).id, made.scan_id)


def test_one_that_was_forgotten_is_not_there(house, processes, shelf):
    one, other = processes
    ada = user_of(house, "ada")
    made = one.scan(ada, ASKED[0]).scan
    shelf.kept.clear()
    with pytest.raises(NoData):
        other.of(ada.id, made.scan_id)
    assert one.of(ada.id, made.scan_id) is made


def test_who_asks_the_same_again_puts_nothing_more_down(house, processes, shelf):
    ada = user_of(house, "ada")
    processes[0].scan(ada, ASKED[0])
    before = dict(shelf.kept)
    processes[0].scan(ada, ASKED[0])
    assert shelf.kept == before


def test_where_nothing_can_be_put_down_the_scan_is_answered_all_the_same(house, processes, shelf):
    one, other = processes
    ada, shelf.is_away = user_of(house, "ada"), True
    made = one.scan(ada, ASKED[0]).scan
    assert json.loads(made.body)["results"] is not None
    assert one.of(ada.id, made.scan_id) is made
    with pytest.raises(TryAgain):
        other.of(ada.id, made.scan_id)


def test_when_the_data_have_changed_nobody_says_who_fell(house, processes):
    one, other = processes
    ada = user_of(house, "ada")
    made = one.scan(ada, ASKED[0]).scan
    day = days(121)[-1]
    fill(house.known.store, frame(NAMES[0], [(10.0, 11.0, 9.0, 10.5, 1e6)], [day]))
    with pytest.raises(Conflict, match="data have changed"):
        other.fallen(ada, made.scan_id, FIRST_STEP)
