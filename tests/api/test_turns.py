"""Heavy scans take turns of their own: quick routes answer meanwhile, and nobody waits for ever."""

from __future__ import annotations

from threading import Event

import anyio
import pytest
from anyio.to_thread import run_sync
from httpx2 import ASGITransport, AsyncClient

from tapehawk.api.app import build
from tapehawk.api.turns import Turns
from tapehawk.core.errors import BadInput, TryAgain
from tests.api.conftest import token_of, user_of
from tests.api.hostile import is_problem

pytestmark = pytest.mark.anyio
SCAN, MANY = "/api/v1/scanner/scan", 60
"""More scans than the framework has threads for requests (40)."""


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def app(house):
    return build(house)


@pytest.fixture
async def ada(house, app):
    headers = {"Authorization": f"Bearer {token_of(house, user_of(house, 'ada'))}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers, timeout=60) as client:
        yield client


async def test_quick_routes_answer_while_more_scans_wait_than_there_are_threads(ada, house, monkeypatch):
    end, began, running, most = Event(), Event(), [], []

    def slow(*_, **__):
        running.append(1)
        began.set()
        most.append(len(running))
        end.wait()
        running.pop()
        raise BadInput("slow")

    monkeypatch.setattr(house.scanning, "scan", slow)
    async with anyio.create_task_group() as group:
        for _ in range(MANY):
            group.start_soon(lambda: ada.post(SCAN, json={"scanner_type": "gap"}))
        await run_sync(began.wait)
        with anyio.move_on_after(30) as waited:
            assert (await ada.get("/api/v1/scanner/presets")).status_code == 200
        end.set()
    assert not waited.cancelled_caught, "every thread was taken by scans"
    assert len(most) == MANY
    assert max(most) <= house.known.streaming.max_concurrent_scans


async def test_who_gets_no_turn_in_time_is_told_when_to_come_again(ada, app, house, monkeypatch):
    app.state.turns = Turns(1, 0.05)
    end, began = Event(), Event()

    def slow(*_, **__):
        began.set()
        end.wait()
        raise BadInput("slow")

    monkeypatch.setattr(house.scanning, "scan", slow)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: ada.post(SCAN, json={"scanner_type": "gap"}))
        await run_sync(began.wait)
        refused = await ada.post(SCAN, json={"scanner_type": "gap"})
        end.set()
    assert is_problem(refused, 503)
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["scanner_type"] == "gap"


async def test_a_turn_is_given_back_however_it_ends():
    turns = Turns(1, 5)

    def fails():
        raise TryAgain("no")

    for _ in range(3):
        with pytest.raises(TryAgain, match="no"):
            await turns.run(fails)
    with anyio.move_on_after(0):
        await turns.run(lambda: None)
    assert await turns.run(lambda: "done") == "done"
