"""`/api/v1/scanner/formula`: the words of the language, and what a formula says before it is scanned for."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from tapehawk.api.dependencies import CurrentUser, HouseDep
from tapehawk.api.scan_models import MOST_SYMBOLS, Hours, Name, Symbol, Timeframe
from tapehawk.api.turns import TurnsDep
from tapehawk.app.asking import Asked
from tapehawk.app.formula_checking import checked
from tapehawk.app.formula_words import every_word

router = APIRouter(prefix="/api/v1/scanner/formula", tags=["scanner"])
MOST_CHARACTERS = 10_000


class FormulaQuestion(BaseModel):
    """A formula, and where its matches are counted if that is asked for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"formula": "close > highest(high, 20)[1] and rvol(20) > 2", "count": True}]},
    )

    formula: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    count: Annotated[bool, Field(description="count what matches on the latest bar")] = False
    timeframe: Timeframe = "1d"
    hours: Hours = "regular"
    universe: Name | None = None
    symbols: Annotated[list[Symbol] | None, Field(fail_fast=True, max_length=MOST_SYMBOLS)] = None


class NameAnswer(BaseModel):
    """A column or function that the formula names."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    kind: Literal["column", "function"]
    gives: Annotated[str, Field(description="number, condition, or several values")]
    at: Annotated[list[int], Field(description="columns of the formula, from 0")]
    signature: str
    meaning: str


class MistakeAnswer(BaseModel):
    """What is wrong, where, and what was likely meant."""

    model_config = ConfigDict(from_attributes=True)

    message: str
    column: Annotated[int, Field(description="of the formula, from 0")]
    hint: str
    pointed: Annotated[str, Field(description="the formula with a caret below the mistake")]
    suggestions: Annotated[list[str], Field(description="names that exist, the nearest first")]


class MatchesAnswer(BaseModel):
    """What a scan for the formula finds on the latest bar."""

    model_config = ConfigDict(from_attributes=True)

    count: int | None
    of: Annotated[int | None, Field(description="symbols that have a bar then")]
    as_of: str | None
    data_version: str | None
    labels: list[str]
    reason: Annotated[str | None, Field(description="why nothing is counted")]


class FormulaAnswer(BaseModel):
    """What a formula is, or its mistakes."""

    valid: bool
    type: Annotated[Literal["number", "condition"] | None, Field(description="a condition can be scanned for")]
    text: Annotated[str | None, Field(description="as it is understood")]
    columns: list[str]
    cost: Annotated[int | None, Field(description="passes over the bars")]
    state: Annotated[int | None, Field(description="numbers that are remembered for each symbol")]
    names: list[NameAnswer]
    errors: list[MistakeAnswer]
    matches: MatchesAnswer | None


class PlaceAnswer(BaseModel):
    """What may stand at one place of a call."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={"examples": [{"name": "length", "kind": "whole number", "default": "14"}]},
    )

    name: str
    kind: Annotated[
        str, Field(description="expression or condition (a value for each bar), number, whole number, timeframe, …")
    ]
    default: Annotated[str, Field(description="taken where nothing is given; empty: something must be")]


class WordAnswer(BaseModel):
    """A word of the language."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "rsi",
                    "kind": "function",
                    "signature": "rsi(length=14, x=close)",
                    "meaning": "Relative strength index: 100 - 100 / (1 + rma(rises) / rma(falls)).",
                    "parameters": [
                        {"name": "length", "kind": "whole number", "default": "14"},
                        {"name": "x", "kind": "expression", "default": "close"},
                    ],
                    "fields": [],
                }
            ]
        },
    )

    name: str
    kind: Literal["column", "function"]
    signature: Annotated[str, Field(description="as it is written")]
    meaning: str
    parameters: list[PlaceAnswer]
    fields: Annotated[list[str], Field(description="its values by name, where it gives several: `macd().signal`")]


class WordList(BaseModel):
    """Every word of the language."""

    items: list[WordAnswer]
    next_cursor: str | None = None


@router.get("/words")
def list_words(_user: CurrentUser) -> WordList:
    """List the columns and functions of the formula language: what each takes, gives and means."""
    return WordList(items=[WordAnswer.model_validate(one) for one in every_word()])


@router.post("/check")
async def check_formula(
    question: FormulaQuestion, house: HouseDep, user: CurrentUser, turns: TurnsDep
) -> FormulaAnswer:
    """Say which names a formula uses and what it gives, or where it is wrong. Nothing of it is ever evaluated."""
    found = await run_in_threadpool(checked, question.formula)
    about, matches = found.about, None
    if question.count and found.is_condition:
        asked = Asked(
            scanners=[],
            timeframe=question.timeframe,
            hours=question.hours,
            universe=question.universe,
            symbols=question.symbols or (),
            given_by="formula",
        )
        matches = await turns.run(lambda: house.scanning.matches(user, question.formula, asked))
    return FormulaAnswer(
        valid=about is not None,
        type=None if about is None else ("condition" if found.is_condition else "number"),
        text=about.text if about else None,
        columns=list(about.columns) if about else [],
        cost=about.cost if about else None,
        state=about.state if about else None,
        names=[NameAnswer.model_validate(one) for one in found.names],
        errors=[MistakeAnswer.model_validate(one) for one in found.errors],
        matches=None if matches is None else MatchesAnswer.model_validate(matches),
    )
