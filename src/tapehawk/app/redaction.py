"""What no log line may hold, struck out: by the name of a value, and by how a secret looks wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

STRUCK: Final = "***"
_NAMES: Final = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api[_-]?key|access[_-]?key|credential|ticket", re.IGNORECASE
)
_LOOKS: Final = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w\-.~+/=]+"), r"\1 ***"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), STRUCK),
    (re.compile(r"(?<=://)[^/@\s'\"]+@"), "***@"),
    (
        re.compile(
            r"(?i)\b(\w*(?:password|passwd|secret|token|api_?key|access_?key|ticket)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)}]+"
        ),
        r"\1***",
    ),
    (re.compile(r"https://hooks\.slack\.com/\S+"), "https://hooks.slack.com/***"),
    (re.compile(r"\bbot\d+:[\w-]+"), "bot***"),
)


def redacted(text: str) -> str:
    """Return a text without what looks like a secret in it."""
    for look, instead in _LOOKS:
        text = look.sub(instead, text)
    return text


def strike(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Strike the secrets out of a log line, however deep they stand."""
    return {key: _without(key, value) for key, value in line.items()}


def _without(name: str, value: object) -> object:
    if _NAMES.search(name) and isinstance(value, str | bytes | list | tuple | Mapping):
        return STRUCK
    if isinstance(value, Mapping):
        return {key: _without(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without("", one) for one in value]
    return redacted(value) if isinstance(value, str) else value
