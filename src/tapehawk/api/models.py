"""`/api/v1/ml`: models that learn from a scanner's past signals: trained as a job, looked at."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.api.dependencies import CurrentUser, HouseDep, Writer
from tapehawk.api.once import Once
from tapehawk.api.scan_models import Hours, Name, Parameters, Timeframe
from tapehawk.app.asking import Asked
from tapehawk.app.learning import card
from tapehawk.app.training import Training, enqueue

router = APIRouter(prefix="/api/v1/ml", tags=["models"], route_class=Once)


class TrainingQuestion(BaseModel):
    """What is trained, on which bars; without dates on everything stored."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"scanner_type": "volume_spike"}]})

    scanner_type: Name
    start_date: dt.date | None = None
    end_date: dt.date | None = None
    timeframe: Timeframe = "1d"
    hours: Hours = "regular"
    universe: Annotated[Name | None, Field(description="a type or exchange, or `crypto`")] = None
    config: Parameters = {}
    seed: Annotated[int, Field(ge=0, lt=2**31, description="what chance in the training begins with")] = 7

    def training(self) -> Training:
        """Return it as it is queued."""
        said = self.model_dump(exclude={"scanner_type"})
        return Training(scanner=self.scanner_type, **said)


class TrainingAnswer(BaseModel):
    """The job: `GET /api/v1/jobs/{job_id}` tells how far it is."""

    job_id: str
    status: str


class CardAnswer(BaseModel):
    """A model's card: what it was trained on, and how good it is on what it has not seen."""

    model_config = ConfigDict(extra="allow")

    scanner: str
    parameters: dict[str, Any]
    timeframe: str
    hours: str
    market: str
    data_span: list[str]
    data_version: str
    labels: list[str]


@router.post("/train", status_code=202)
def train(question: TrainingQuestion, house: HouseDep, user: Writer) -> TrainingAnswer:
    """Train a scanner's model on its past signals, behind this request."""
    job = enqueue(house, question.training(), user.id)
    return TrainingAnswer(job_id=job.id, status=job.state)


@router.get("/card/{scanner}", response_model=CardAnswer)
def get_card(
    scanner: Annotated[str, Path(max_length=64)],
    house: HouseDep,
    _user: CurrentUser,
    timeframe: Timeframe = "1d",
    hours: Hours = "regular",
    universe: Annotated[str | None, Query(max_length=64, description="`crypto` for its models")] = None,
) -> Any:  # noqa: ANN401 - see the model
    """Return the card of a scanner's model, whether or not it still fits."""
    return card(house.known, Asked(scanners=[scanner], timeframe=timeframe, hours=hours, universe=universe)).card
