"""What scanning may ask in a minute: the lesser of the plan and the phase, and nobody else is held to it."""

from __future__ import annotations

import asyncio

import pytest

from tapehawk.data.providers.wire.asking import Asking
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.budget import CallBudget, within
from tests.fakes.clock import JumpingClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Vendor:
    """Answers every call and notes when it came."""

    def __init__(self, time: JumpingClock, limit: int | None, name: str = "vendor") -> None:
        self.asking = Asking(name, bucket=Bucket(limit, clock=time.clock), clock=time.clock)
        self.time, self.came = time, list[float]()

    async def _once(self) -> None:
        self.came.append(self.time.passed)

    async def call(self, times: int, credits: int = 1) -> None:
        for _ in range(times):
            await self.asking.ask(self._once, credits=credits)


@pytest.mark.parametrize(("plan", "phase", "least"), [(60, 5, 5), (5, 60, 5), (None, 5, 5), (5, 5, 5)])
async def test_scanning_asks_no_more_than_the_lesser_of_the_plan_and_the_phase(plan, phase, least):
    time = JumpingClock()
    vendor = Vendor(time, plan)
    with within(CallBudget(lambda: phase, clock=time.clock)):
        await vendor.call(13)
    assert vendor.came == [60.0 * (number // least) for number in range(13)]


async def test_when_the_phase_changes_so_does_the_number_of_calls():
    time = JumpingClock()
    vendor = Vendor(time, None)
    with within(CallBudget(lambda: 5 if time.passed < 120 else 60, clock=time.clock)):
        await vendor.call(40)
    assert vendor.came == [0.0] * 5 + [60.0] * 5 + [120.0] * 30


async def test_calls_are_counted_and_not_the_credits_they_cost():
    time = JumpingClock()
    vendor = Vendor(time, 100)
    with within(CallBudget(lambda: 5, clock=time.clock)):
        await vendor.call(5, credits=20)
    assert vendor.came == [0.0] * 5


async def test_each_provider_has_the_budget_for_itself():
    time = JumpingClock()
    one, other = Vendor(time, None, "one"), Vendor(time, None, "other")
    with within(CallBudget(lambda: 5, clock=time.clock)):
        await one.call(5)
        await other.call(5)
    assert one.came + other.came == [0.0] * 10


async def test_tasks_begun_by_scanning_are_held_to_it_and_a_sync_beside_is_not():
    time = JumpingClock()
    scanning, sync = Vendor(time, None), Vendor(time, None)
    beside = asyncio.create_task(sync.call(50))
    with within(CallBudget(lambda: 5, clock=time.clock)):
        refill = asyncio.create_task(scanning.call(6))
    await beside
    assert sync.came == [0.0] * 50
    await refill
    assert scanning.came == [0.0] * 5 + [60.0]


async def test_what_counts_against_no_budget_is_held_to_the_plan_alone():
    time = JumpingClock()
    vendor, metered = Vendor(time, None), Vendor(time, 10, "metered")
    with within(CallBudget(lambda: 5, clock=time.clock)):
        await vendor.call(5)
        with within(None):
            await asyncio.create_task(vendor.call(30))
            await metered.call(11)
        await vendor.call(1)
    assert vendor.came == [0.0] * 35 + [60.0]
    assert metered.came == [0.0] * 10 + [60.0]
