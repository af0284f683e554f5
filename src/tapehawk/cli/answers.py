"""Answers of every command for programs: one way from values of the house to JSON."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

from tapehawk.core.instants import rfc3339


def print_json(value: object) -> None:
    """Print a value as JSON; dates as ISO 8601, instants as RFC 3339 in UTC, records as objects."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def plain(value: object) -> object:  # noqa: PLR0911 - one return a kind of value
    """Return a value made of what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, dt.datetime):
        return rfc3339(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def print_path(path: Path) -> None:
    """Print a path by itself, for `cd "$(…)"`."""
    sys.stdout.write(f"{path}\n")
