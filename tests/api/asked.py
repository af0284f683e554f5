"""Asking what is published (`published.py`) of a client, in one process or through a proxy."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import reduce
from typing import Any, Protocol

import httpx2
from websockets.sync.client import ClientConnection, connect

from tests.api.published import EVENTS, FIRST_TO_LAST, SOCKETS, Asked
from tests.api.shapes import ANYTHING, differences
from tests.simulated import LAST

PATIENCE = 60.0  # seconds until an answer says what it says at last


class _Known(dict[str, str]):
    """What answers said; "none" where one that was to say it did not."""

    def __missing__(self, name: str) -> str:
        return "none"


class Client(Protocol):
    """Who asks: `httpx2.Client`, or Starlette's test client."""

    def request(self, method: str, url: str, **about: Any) -> Any: ...


def answers(client: Client) -> Iterator[tuple[Asked, Any, list[str]]]:
    """Ask everything; yield each question, what is answered, and where that is not what is published."""
    known = _Known(scanner="volume_spike")
    for asked in FIRST_TO_LAST:
        known.update({name: place[1:] for name, place in asked.keeps.items() if place.startswith("=")})
        answer = _answered(client, asked, known)
        media = answer.headers.get("content-type", "").partition(";")[0]
        if answer.status_code != asked.status or (answer.content and media != asked.media):
            yield asked, None, [f"{asked.route}: {answer.status_code} {media} {answer.text[:300]}"]
            continue
        said = answer.json() if answer.content and media.endswith("json") else None
        yield asked, said, [f"{asked.route} {one}" for one in differences(asked.says, said)]
        known.update({name: str(at(said, place)) for name, place in asked.keeps.items() if not place.startswith("=")})


def told(url: str, token: str) -> Iterator[str]:
    """Yield where the first message of a socket, or what is said of a quick scan, is not what is published."""
    headers = {"Authorization": f"Bearer {token}"}
    span = {"start_date": str(LAST), "end_date": str(LAST), "scanner_type": "gap"}
    with httpx2.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False) as client:
        scan = client.post("/api/scan/execute", json=span).json()
        for path, shape in SOCKETS.items():
            address = url.replace("http", "ws", 1) + path.format_map(scan)
            with connect(address, additional_headers=headers, proxy=None) as socket:
                if path == "/ws/market-data":
                    socket.send(json.dumps({"action": "subscribe", "symbols": ["VORO1"]}))
                yield from differences(shape, json.loads(socket.recv(PATIENCE)), path)
                if path == "/ws/scanner-status":
                    client.post("/api/scanner/quick-scan", json={"symbols": ["TUHO2"]})
                    yield from _of_a_quick_scan(socket)


def _of_a_quick_scan(socket: ClientConnection) -> Iterator[str]:
    awaited = dict(EVENTS)
    while awaited:
        said = json.loads(socket.recv(PATIENCE))
        yield from differences(EVENTS.get(said["type"], ANYTHING), said, said["type"])
        awaited.pop(said["type"], None)


def at(said: Any, place: str) -> Any:
    """Return what an answer says at a place, `results.0.symbol`."""
    return reduce(lambda part, name: part[int(name) if name.isdigit() else name], place.split("."), said)


def _answered(client: Client, asked: Asked, known: _Known) -> Any:
    method, path = asked.route.split(" ")
    url = path.format_map(known) + (f"?{asked.query.format_map(known)}" if asked.query else "")
    about: dict[str, Any] = {}
    if asked.body is not None:
        about["json"] = json.loads(json.dumps(asked.body).replace('"{refresh}"', json.dumps(known["refresh"])))
    if asked.by:
        about["headers"] = {"Authorization": f"Bearer {known[asked.by]}"}
    end = time.monotonic() + PATIENCE
    while True:
        answer = client.request(method, url, **about)
        if asked.until is None or answer.status_code != asked.status or time.monotonic() > end:
            return answer
        if at(answer.json(), asked.until[0]) == asked.until[1]:
            return answer
        time.sleep(0.05)
