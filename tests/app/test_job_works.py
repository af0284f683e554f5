"""The service's own jobs: a sync brings the store up to date as the command does, and says how far it is."""

from __future__ import annotations

import functools

import pytest

from tapehawk.app import job_works, syncing
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.core.errors import ProviderRefused
from tests.data.syncs import FIRST, LAST, assert_stored, clock_at
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

TRUTH = simulated()


class Job(list):
    """A job's run that nobody cancels: the percentages and words that it is told."""

    def __call__(self, percent, said):
        self.append((percent, said))


@pytest.fixture
def house(monkeypatch):
    """Return a house whose provider is Massive's fake, on the Sunday after the last session of its truth."""
    assert job_works.synced is syncing.run
    monkeypatch.setattr(job_works, "synced", functools.partial(syncing.run, clock=clock_at().clock))
    with FakeMassive(TRUTH) as fake:
        for name, value in {"BASE_URL": fake.url, "PLAN": "advanced"}.items():
            monkeypatch.setenv(f"SCANNER__PROVIDERS__POLYGON__{name}", value)
        monkeypatch.setenv("POLYGON_API_KEY", fake.key)
        made = House(settings())
        yield made
        made.close()


def sync(house, job, **payload):
    """Do a sync job as a worker does."""
    return house.queue.kinds["sync"].work({"provider": "polygon", "since": str(FIRST), **payload}, job, lambda: False)


def test_a_sync_job_syncs_the_store_and_goes_on_where_it_was(house):
    job = Job()
    done = sync(house, job)
    assert (done["provider"], done["timeframe"], done["end"], done["steps"]) == ("polygon", "1d", str(LAST), 20)
    assert_stored(house.known.store, TRUTH.daily)
    assert job[0] == (0.0, "20 steps, about 0 minutes")
    assert job[-1] == (99.0, f"{TRUTH.daily.height:,} rows")
    assert sync(house, Job())["steps"] == 0


def test_a_sync_job_is_of_the_symbols_and_the_timeframe_that_are_named(house):
    name = TRUTH.daily["symbol"][0]
    assert sync(house, Job(), symbols=[name], timeframe="1m")["timeframe"] == "1m"
    minutes = TRUTH.minutes.filter(symbol=name)
    assert_stored(house.known.store, minutes, timeframe="1m")


def test_what_a_sync_can_not_do_ends_its_job_as_the_error_that_it_is(house, monkeypatch):
    monkeypatch.setenv("POLYGON_API_KEY", "wrong-key-4711")
    other = House(settings())
    with pytest.raises(ProviderRefused, match="Unknown API Key"):
        sync(other, Job())
    other.close()
