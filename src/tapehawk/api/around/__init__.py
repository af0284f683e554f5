"""What goes around every request, outermost first: one small file each, put in order by `put_around`."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from tapehawk.api.around.bounds import Bounds
from tapehawk.api.around.headers import SecurityHeaders
from tapehawk.api.around.methods import Methods
from tapehawk.api.around.observed import Observed
from tapehawk.api.around.patience import Patience
from tapehawk.api.around.rates import Rates
from tapehawk.app.house import House

COMPRESSED_FROM = 1_000  # bytes
ASKED_WITH = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-ID")
SHOWN = ("ETag", "Age", "Retry-After", "X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def put_around(app: FastAPI, house: House) -> None:
    """Put everything around an application, whose routes are complete."""
    api = house.known.api
    app.add_middleware(Bounds, most=api.max_body_bytes)
    app.add_middleware(Patience, seconds=api.timeout)
    app.add_middleware(Rates, house=house)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=5)  # never server-sent events
    app.add_middleware(Methods, app_routes=app.state.allowed)
    if api.enable_cors and api.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=api.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=ASKED_WITH,
            expose_headers=SHOWN,
            allow_credentials="*" not in api.cors_origins,
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observed, house=house)
