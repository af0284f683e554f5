"""Options as people write them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import typer

from tapehawk.cli.options import date


def test_a_date_is_written_as_iso_8601_or_as_today_in_new_york():
    def there() -> dt.date:
        return dt.datetime.now(ZoneInfo("America/New_York")).date()

    before = there()
    assert date("today") in {before, there()}
    assert date("2024-03-01") == date(dt.date(2024, 3, 1)) == dt.date(2024, 3, 1)
    with pytest.raises(typer.BadParameter, match="write it as 2024-03-01, or today"):
        date("yesterday")
