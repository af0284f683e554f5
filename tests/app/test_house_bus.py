"""The news of a service: said from any thread, heard on the loop it lives on, ended with it."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.testclient import TestClient

from tapehawk.api.app import build
from tapehawk.app.broadcast import speaking
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.core.errors import TryAgain
from tapehawk.core.events import DeepAnalysisComplete


def test_a_thread_says_on_the_bus_of_the_house_and_does_not_wait():
    async def heard() -> list[str]:
        house = House(settings())
        async with house.bus, speaking(house.broadcast, house.bus):
            subscription = await house.bus.subscribe([DeepAnalysisComplete])
            threading.Thread(target=lambda: house.broadcast.say(*map(DeepAnalysisComplete, "abc"))).start()
            async with asyncio.timeout(20):
                return [(await anext(subscription))[1].scan_id for _ in range(3)]

    assert asyncio.run(heard()) == ["a", "b", "c"]


def test_what_waits_at_the_end_is_said_before_the_bus_is_closed():
    async def heard() -> list[str]:
        house = House(settings())
        async with house.bus:
            subscription = await house.bus.subscribe()
            async with speaking(house.broadcast, house.bus):
                house.broadcast.say(*map(DeepAnalysisComplete, "abc"))
            assert house.broadcast.lost == 0
            return [(await anext(subscription))[1].scan_id for _ in range(3)]

    assert asyncio.run(heard()) == ["a", "b", "c"]


def test_after_the_service_nothing_is_published():
    house = House(settings())
    with TestClient(build(house)):
        assert house.bus.publish_from_thread(DeepAnalysisComplete("a"))
    with pytest.raises(TryAgain, match="closed"):
        house.bus.publish_from_thread(DeepAnalysisComplete("a"))
