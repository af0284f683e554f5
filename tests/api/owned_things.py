"""A thing of each kind that a user may have, made behind the API: each maker returns what fills a route's path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from tapehawk.app import live_control, range_scans
from tapehawk.app.asking import Asked
from tapehawk.app.house import House
from tapehawk.app.live_asked import LiveAsked
from tapehawk.app.range_scans import RangeAsked
from tapehawk.records.users import User
from tapehawk.scan.quick_question import QuickQuestion
from tests.records.test_signals import signal
from tests.simulated import LAST

PASSWORD: Final = "secret of many characters"  # noqa: S105  of nobody
SPAN: Final = {"start_date": str(LAST - dt.timedelta(days=30)), "end_date": str(LAST)}
_HOOK: Final = {"url": "http://127.0.0.1:9/hooks/secret", "secret": "secret-of-sixteen-characters"}  # refused, unsent

Place = Mapping[str, str]


def a_profile(house: House, user: User) -> Place:
    """Give a user a name and a size of account."""
    with house.database.write() as records:
        records.users.change(
            user.id, now=house.now(), first_name="secret", preferences={"account_size": 77_777}, role=user.role
        )
    return {}


def a_password(house: House, user: User) -> Place:
    """Give a user a password."""
    with house.database.write() as records:
        records.users.change(user.id, now=house.now(), password_hash=house.accounts.passwords.hashed(PASSWORD))
    return {}


def a_sign_in(house: House, user: User) -> Place:
    """Sign a user in."""
    with house.database.write() as records:
        id = records.sign_ins.add(user.id, now=house.now(), lasts=dt.timedelta(days=1), user_agent="secret browser")
    return {"sign_in_id": str(id)}


def a_signal(house: House, user: User) -> Place:
    """Let a user have a signal."""
    with house.database.write() as records:
        records.of(user.id).signals.keep([signal()])
        (row,) = records.of(user.id).signals.page(limit=1).items
    return {"signal_id": str(row["id"])}


def a_watched_symbol(house: House, user: User) -> Place:
    """Let a user watch a symbol."""
    with house.database.write() as records:
        records.of(user.id).watchlist.watch(["AAPL"], now=house.now())
    return {}


def a_portfolio(house: House, user: User) -> Place:
    """Let a user have a portfolio."""
    with house.database.write() as records:
        row = records.of(user.id).portfolios.add(name="secret", symbols=["AAPL"], **_now(house))
    return {"portfolio_id": str(row["id"])}


def a_preset(house: House, user: User) -> Place:
    """Let a user have a preset."""
    body = {"config": {"min_price": 5}}
    with house.database.write() as records:
        row = records.of(user.id).presets.put(
            "preset", name="secret", scanner_type="breakout", body=body, **_now(house)
        )
    return {"preset_id": str(row["id"])}


def a_view(house: House, user: User) -> Place:
    """Let a user have saved the view of a table."""
    body = {"view": {"sort": "secret"}}
    with house.database.write() as records:
        row = records.of(user.id).presets.put("saved", name="secret", scanner_type=None, body=body, **_now(house))
    return {"saved_id": str(row["id"])}


def a_notification(house: House, user: User) -> Place:
    """Tell a user something."""
    told: dict[str, Any] = {"type": "signal", "title": "secret", "message": "secret", "data": {}}
    with house.database.write() as records:
        row = records.of(user.id).notifications.add(**told, is_read=False, created_at=house.now())
    return {"notification_id": str(row["id"])}


def a_rule(house: House, user: User) -> Place:
    """Let a user have a rule."""
    with house.database.write() as records:
        row = records.of(user.id).notification_rules.add(name="secret", conditions={}, channels=[], **_now(house))
    return {"rule_id": str(row["id"])}


def a_channel(house: House, user: User) -> Place:
    """Let a user be reached at an address of their own, by their clock."""
    with house.database.write() as records:
        mine = records.of(user.id)
        mine.channels.put("webhook", address=_HOOK, is_active=True, now=house.now())
        mine.notification_preferences.put(now=house.now(), time_zone="Europe/Zurich", quiet_hours=None, digest=None)
    return {}


def a_job(house: House, user: User) -> Place:
    """Queue a job of a user."""
    return {"job_id": house.queue.add("train", {"scanner": "secret"}, user_id=user.id).id}


def a_range_scan(house: House, user: User) -> Place:
    """Queue a range scan of a user, and cancel it: what is told of it comes to an end."""
    asked = RangeAsked("volume_spike", dt.date.fromisoformat(SPAN["start_date"]), LAST)
    id = range_scans.execute(house, user.id, asked)["id"]
    range_scans.cancel_or_remove(house, user.id, id)
    return {"scan_id": id}


def a_live_scanner(house: House, user: User) -> Place:
    """Let a user's live scanner run."""
    live_control.start(house, user, LiveAsked(scanners=("volume_spike",)))
    return {}


def a_kept_scan(house: House, user: User) -> Place:
    """Scan for a user."""
    scan = house.scanning.scan(user, Asked(scanners=["inside_bar"])).scan
    return {"scan_id": scan.scan_id, "step": "0", "format": "csv"}


def a_quick_scan(house: House, user: User) -> Place:
    """Scan for a user in two phases, without the second."""
    scan = house.quick.scanner.scan(QuickQuestion(), owner=str(user.id))
    return {"symbol": scan.to_dict()["signals"][0]["symbol"]}


def _now(house: House) -> dict[str, dt.datetime]:
    return dict.fromkeys(("created_at", "updated_at"), house.now())
