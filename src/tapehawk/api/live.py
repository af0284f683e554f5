"""`/api/v1/scanner/start`, `/stop`, `/status`, `/config`: the caller's live scanner."""

from __future__ import annotations

from fastapi import APIRouter

from tapehawk.api.dependencies import CurrentUser, HouseDep, Writer
from tapehawk.api.live_models import ConfigChange, EffectiveConfig, LiveQuestion, LiveStatus
from tapehawk.api.problems import refusals
from tapehawk.app.live_control import change_config, start, stop
from tapehawk.app.live_status import status

router = APIRouter(prefix="/api/v1/scanner", tags=["scanner"])


@router.post("/start", responses=refusals(409))
def start_live(asked: LiveQuestion, house: HouseDep, user: Writer) -> EffectiveConfig:
    """Start the caller's live scanner, which goes on until it is stopped, over restarts too.

    One that runs is asked for something else from now on. Signals that are known from then on are the caller's own.
    """
    return EffectiveConfig.model_validate(start(house, user, asked.asked()))


@router.post("/stop")
def stop_live(house: HouseDep, user: Writer) -> LiveStatus:
    """Stop it; its signals go on."""
    stop(house, user)
    return LiveStatus.model_validate(status(house, user))


@router.get("/status")
def get_status(house: HouseDep, user: CurrentUser) -> LiveStatus:
    """Return how it fares: state, phase, next scan, watermark, counters, what each phase came to."""
    return LiveStatus.model_validate(status(house, user))


@router.put("/config", responses=refusals(409))
def put_config(change: ConfigChange, house: HouseDep, user: Writer) -> EffectiveConfig:
    """Change its parameters while it runs; answered with every parameter that is in effect then."""
    return EffectiveConfig.model_validate(change_config(house, user, change.config))
