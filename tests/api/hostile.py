"""What strangers send: texts that break what takes them for something else than texts, values of every wrong kind."""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final = [
    "",
    " ",
    "'",
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "__init__",
    "__pycache__",
    "os.system('id')",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1",
    "nul\x00byte",
    "😀",
    "Ａ",
    "%s%n",
    "-1",
    "1e400",
    "NaN",
    "x" * 20_000,
]
VALUES: Final[list[Any]] = [*TEXTS, None, True, 0, -1, 1e308, 10**30, [], ["a"], [[]], {}, {"a": {"b": 1}}]


def is_problem(answer, *statuses: int) -> bool:
    """Say whether an answer is a problem document with one of the statuses (default: any that blames the asker)."""
    said = answer.headers.get("content-type", "").startswith("application/problem+json")
    allowed = statuses or range(400, 500)
    whole = said and {"error", "detail", "timestamp", "status"} <= answer.json().keys()
    return whole and answer.status_code in allowed and "Traceback" not in answer.text and ".py" not in answer.text
