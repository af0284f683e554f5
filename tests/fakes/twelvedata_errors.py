"""Twelve Data's errors, in its own words (providers.md 2.2)."""

from __future__ import annotations

NO_DATA = "No data is available on the specified dates. Try setting different start/end dates."
NO_SYMBOL = (
    "**symbol** or **figi** parameter is missing or invalid. Please provide a valid symbol according to API "
    "documentation: https://twelvedata.com/docs#reference-data"
)
GATED = (
    "This symbol is available starting with the Grow or Venture plan. Consider upgrading now at "
    "https://twelvedata.com/pricing"
)
WRONG_KEY = (
    "**apikey** parameter is incorrect or not specified. You can get your free API key instantly following this "
    "link: https://twelvedata.com/pricing."
)
ERRORS = {
    400: "Invalid **interval** provided: 7parsec. Supported intervals: 1min, 5min, 15min, 1day",
    401: WRONG_KEY,
    403: "/splits_calendar is available exclusively with grow or pro or ultra plans. Consider upgrading your API Key",
    404: NO_SYMBOL,
    414: "The parameter array is too long",
    429: "You have run out of API credits for the current minute. 9 API credits were used, with the current limit "
    "being 8. Wait for the next minute or consider switching to a higher tier plan at https://twelvedata.com/pricing",
    500: "Internal server error",
}
OUT_FOR_THE_DAY = (
    "You have run out of API credits for the day. 801 API credits were used, with the current limit being 800."
)


def error(code: int, message: str = "") -> dict[str, object]:
    """Return an error object."""
    return {"code": code, "message": message or ERRORS.get(code, ERRORS[500]), "status": "error"}


def is_error(answer: dict[str, object]) -> bool:
    """Return whether an answer is an error object."""
    return answer.get("status") == "error"
