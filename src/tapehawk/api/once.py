"""Idempotency keys: a POST that is sent again, because its answer was lost, creates nothing again.

    first ──► claim the key ──► the route ──2xx──► keep the answer under it
    again ──► the same answer, marked `Idempotency-Replayed`          another body: 409
    meanwhile ──► 409 with Retry-After                                failed: the key is free again

A router whose POSTs create is made with `route_class=Once`; then all of them take the header `Idempotency-Key`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.problems import problem
from tapehawk.app.house import House
from tapehawk.records.answers import Answers
from tapehawk.records.database import Database
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
    """A key that is a request's."""

    database: Database
    user: User
    key: str

    def settle(self, answer: Response | None) -> None:
        """Keep a good answer; set the key free after any other, or none."""
        with self.database.write() as records:
            mine: Answers = records.of(self.user.id).answers
            if answer is None or answer.status_code >= 300 or not hasattr(answer, "body"):
                mine.remove(self.key)
            else:
                kind = answer.headers.get("content-type", "")
                mine.give(self.key, status=answer.status_code, body=bytes(answer.body), content_type=kind)


class _Answered(Exception):
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def claimed(request: Request, house: HouseDep, user: CurrentUser, key: Key = None) -> None:
    """Claim the key of a request, if it has one."""
    if key is not None:
        said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
        said.update(await request.body())
        request.state.claim = await run_in_threadpool(
            _claim, request, house, Claim(house.database, user, key), said.hexdigest()
        )


def _claim(request: Request, house: House, claim: Claim, said: str) -> Claim:
    with house.database.write() as records:
        there = records.of(claim.user.id).answers.claim(claim.key, said, now=house.now())
    if there is None:
        return claim
    if there["request_hash"] != said:
        raise _Answered(
            problem(request, 409, "this Idempotency-Key was used for another request", hint="take a new one")
        )
    if there["status"] is None:
        busy = problem(request, 409, "the request of this Idempotency-Key is in work")
        busy.headers["Retry-After"] = _WAIT
        raise _Answered(busy)
    headers = {REPLAYED: "true", "Content-Type": there["content_type"]}
    raise _Answered(Response(there["body"], there["status"], headers))


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
                answer = await handle(request)
            except _Answered as found:
                return found.response
            finally:
                claim: Claim | None = getattr(request.state, "claim", None)
                if claim is not None:
                    await run_in_threadpool(claim.settle, answer)
            return answer

        return once
