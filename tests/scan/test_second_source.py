"""The preferred source goes down: scans answer from the store and say since when they are stale; a second source goes
on as a series of its own, and nothing is merged.

Both vendors are fakes on real sockets (`vendor_day.py`); one is gone from 10:00 on, stream and history.
"""

from __future__ import annotations

import asyncio
import datetime as dt

import polars as pl
import pytest

from tapehawk.scan.desk import Desk
from tapehawk.scan.live import labelled
from tapehawk.scan.question import Question
from tests.data.providers.cases.alpaca import AlpacaCase
from tests.data.providers.cases.polygon import PolygonCase
from tests.fakes.faults import Faults
from tests.scan.live_market import DAY, HOURS, of_day, stamp
from tests.scan.vendor_day import Mishap, VendorDay, vendor

pytestmark = pytest.mark.anyio
GONE = Mishap(6 * 60, 400, Faults(status=503), down=True, cut=1006)
MINUTE = 60_000_000
QUESTION = Question("volume_spike", timeframe="1m")


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Watched(VendorDay):
    """A day that goes on once the scan has said that its source is down; on a busy machine it may be slow to."""

    async def _turn(self, before: Mishap, now: Mishap) -> None:
        await super()._turn(before, now)
        if now.down:
            await self._passing(lambda: any(news.stale_since for news in self.news))


@pytest.fixture
async def days(tmp_path):
    """The day of both sources, over: the preferred one's first, which was gone from 10:00 on."""
    with vendor(PolygonCase()) as one, vendor(AlpacaCase()) as two:
        preferred, second = (
            Watched(case, fake, tmp_path / "store") for case, fake in ((PolygonCase(), one), (AlpacaCase(), two))
        )
        await asyncio.gather(preferred.play([GONE]), second.play([]))
        yield preferred, second


def at(instant: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(instant / 1e6, dt.UTC)


async def test_the_preferred_source_down_scans_are_stale_and_the_second_goes_on_by_itself(days, scanner, monkeypatch):
    preferred, second = days
    assert len({preferred.series.id, second.series.id}) == 2

    # what each source brought is stored under its own name, none of it under the other's
    came = preferred.stored()
    ten = HOURS.open + 30 * MINUTE
    assert came.equals(of_day().filter(pl.col("time").to_physical() < ten))
    assert second.stored().equals(of_day())

    # the live scan of the one says since when it is stale, that of the other is not
    behind, up_to_date = preferred.news[-1], second.news[-1]
    outage = [news.stale_since for news in preferred.news if news.stale_since]
    assert outage[0] <= ten
    assert f"stale since {stamp(outage[0])}" in labelled([{"labels": []}], outage[0])[0]["labels"]
    assert len(behind.scan.rows) < len(up_to_date.scan.rows)
    assert not any(ten < (news.stale_since or 0) < HOURS.close for news in second.news), (
        "its line was there all the time"
    )

    # scans answer from the store; the preferred series is stale since its last bar, the second is not
    after = at(HOURS.close + 30 * MINUTE)
    old = Desk(preferred.root, prefer=preferred.series.id, now=lambda: after).run(QUESTION)
    last = came["time"].to_physical().max() + MINUTE
    assert f"stale since {at(last):%Y-%m-%dT%H:%MZ}" in old.labels
    assert all(f"stale since {at(last):%Y-%m-%dT%H:%MZ}" in row["labels"] for row in old.rows())
    assert old.series == preferred.series.id
    fresh = Desk(preferred.root, prefer=second.series.id, now=lambda: after).run(QUESTION)
    assert (fresh.series, fresh.as_of) == (second.series.id, str(DAY))
    assert not any("stale" in label for label in fresh.labels)

    # and so does the command
    monkeypatch.setenv("SCANNER_DATA_DIR", str(preferred.root))
    monkeypatch.setenv("SCANNER__PROVIDERS__PREFER_US", preferred.series.id)
    done = await asyncio.to_thread(scanner, "run", "--scanner-type", "volume_spike", "--timeframe", "1m")
    assert done.exit_code == 0, done.output
    assert f"[stale since {at(last):%Y-%m-%dT%H:%MZ}]" in done.stdout
    assert preferred.series.id in done.stdout


@pytest.fixture
def scanner():
    from typer.testing import CliRunner

    from tapehawk.cli.main import app

    return lambda *args: CliRunner().invoke(app, [str(arg) for arg in args])
