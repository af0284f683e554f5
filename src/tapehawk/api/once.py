"""Idempotency keys: a POST that is sent again, because its answer was lost, creates nothing again.

    first ──► claim the key ──► the route ──2xx──► keep the answer under it
    again ──► the same answer, marked `Idempotency-Replayed`          another body: 409
    meanwhile ──► 409 with Retry-After                                failed: the key is free again

Every transaction that the route commits marks the key as done, so that both are there or neither: a route commits
nothing before it has decided to create. Where the process is killed before the answer is kept, or the route fails after
it has committed something, the key is not set free: it is in work until it is given up (`GIVEN_UP`), and from then on
done without an answer, a 409. A key that is given up, or set free, is not its request's any more: should that go on all
the same, it can commit nothing.

A router whose POSTs create is made with `route_class=Once`; then all of them take the header `Idempotency-Key`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.problems import problem
from tapehawk.records.alongside import alongside
from tapehawk.records.answers import Answers, is_lost
from tapehawk.records.database import Database
from tapehawk.records.owned import Row
from tapehawk.records.records import Records
from tapehawk.records.users import User

REPLAYED: Final = "Idempotency-Replayed"
_WAIT: Final = "1"  # seconds
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="a name of your own for this request: sent again under it, it is done once",
        examples=["6f1ed002-ab57-4a21-8d0e-1f2b3c4d5e6f"],
    ),
]


@dataclass(frozen=True)
class Claim:
    """A key that is a request's since a time."""

    database: Database
    user: User
    key: str
    since: dt.datetime

    def begin(self, said: str) -> Row | None:
        """Take the key for a request of a hash, None returned; or return what is there of it."""
        with self.database.write() as records:
            return self._mine(records).claim(self.key, said, now=self.since)

    def mark(self, records: Records) -> None:
        """Say that the request is done, in a transaction that does it. Raises Conflict where it was given up."""
        self._mine(records).mark(self.key, since=self.since)

    def settle(self, answer: Response | None) -> None:
        """Keep a good answer; set the key free after any other, or none, where nothing is done."""
        with self.database.write() as records:
            mine = self._mine(records)
            if answer is None or answer.status_code >= 300 or not hasattr(answer, "body"):
                mine.free(self.key, since=self.since)
            else:
                kind = answer.headers.get("content-type", "")
                mine.give(self.key, status=answer.status_code, body=bytes(answer.body), content_type=kind)

    def _mine(self, records: Records) -> Answers:
        return records.of(self.user.id).answers


class _Answered(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def claimed(request: Request, house: HouseDep, user: CurrentUser, key: Key = None) -> None:
    """Claim the key of a request, if it has one."""
    if key is not None:
        said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
        said.update(await request.body())
        claim = Claim(house.database, user, key, house.now())
        there = await run_in_threadpool(claim.begin, said.hexdigest())
        if there is not None:
            raise _Answered(_answer(request, there, said.hexdigest(), claim.since))
        request.state.claim = claim


def _answer(request: Request, there: Row, said: str, now: dt.datetime) -> Response:
    """Return what is answered to a key that is taken."""
    if there["request_hash"] != said:
        return problem(request, 409, "this Idempotency-Key was used for another request", hint="take a new one")
    if is_lost(there, now=now):
        return problem(
            request,
            409,
            "the request of this Idempotency-Key was carried out, and its answer was lost",
            hint="look at the list of what it creates; to create another, take a new key",
        )
    if there["status"] is None:
        busy = problem(request, 409, "the request of this Idempotency-Key is in work")
        busy.headers["Retry-After"] = _WAIT
        return busy
    return Response(there["body"], there["status"], {REPLAYED: "true", "Content-Type": there["content_type"]})


def _claim_of(request: Request) -> Claim | None:
    return getattr(request.state, "claim", None)


def _mark(request: Request, records: Records) -> None:
    claim = _claim_of(request)
    if claim is not None:
        claim.mark(records)


class Once(APIRoute):
    """A route whose POST is done once for each idempotency key."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **said: Any) -> None:  # noqa: ANN401  FastAPI's own
        if "POST" in (said.get("methods") or ()):
            said["dependencies"] = [*(said.get("dependencies") or ()), Depends(claimed)]
        super().__init__(path, endpoint, **said)

    def get_route_handler(self) -> Handler:
        """Return the handler, which keeps what the route answers to a key."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            answer = None
            try:
                with alongside(partial(_mark, request)):
                    answer = await handle(request)
            except _Answered as found:
                return found.response
            finally:
                claim = _claim_of(request)
                if claim is not None:
                    await run_in_threadpool(claim.settle, answer)
            request.state.claim = None  # what goes on behind an answer is not the request's
            return answer

        return once
