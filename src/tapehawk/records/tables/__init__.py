"""The tables, by noun, over one `METADATA`; importing this makes all of them known to it."""

from tapehawk.records.tables.accounts import audit_log, sign_ins, tickets, users
from tapehawk.records.tables.asking import live_desks, live_logs, live_scanners, presets, scan_results, scans
from tapehawk.records.tables.columns import METADATA
from tapehawk.records.tables.keeping import analytics, portfolios, signals, watchlists
from tapehawk.records.tables.telling import (
    channels,
    heard,
    notification_preferences,
    notification_rules,
    notifications,
    outbox,
    told,
)
from tapehawk.records.tables.working import answers, fires, jobs

__all__ = [
    "METADATA",
    "analytics",
    "answers",
    "audit_log",
    "channels",
    "fires",
    "heard",
    "jobs",
    "live_desks",
    "live_logs",
    "live_scanners",
    "notification_preferences",
    "notification_rules",
    "notifications",
    "outbox",
    "portfolios",
    "presets",
    "scan_results",
    "scans",
    "sign_ins",
    "signals",
    "tickets",
    "told",
    "users",
    "watchlists",
]
