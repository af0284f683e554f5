"""What a user asks: scans with what they found, live scanners, named questions."""

from __future__ import annotations

import sqlalchemy as sa

from tapehawk.records.tables.columns import METADATA, identity, instant, json, owner

# A range scan; its work is a job of the same id.
scans = sa.Table(
    "scans",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),  # scan_YYYYMMDD_HHMMSS_xxxxxxxx
    owner(),
    sa.Column("scanner_type", sa.String(64), nullable=False),
    sa.Column("start_date", sa.Date(), nullable=False),
    sa.Column("end_date", sa.Date(), nullable=False),
    sa.Column("question", json(), nullable=False),  # everything that was asked, filters and parameters among it
    sa.Column("question_key", sa.String(64), nullable=False),  # the same for the same question
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("progress_percent", sa.Float(), nullable=False, default=0.0),
    sa.Column("message", sa.Text(), nullable=False, default=""),
    sa.Column("current_ticker", sa.String(32), nullable=True),
    sa.Column("total_tickers", sa.Integer(), nullable=False, default=0),
    sa.Column("processed_tickers", sa.Integer(), nullable=False, default=0),
    sa.Column("results_found", sa.Integer(), nullable=False, default=0),
    sa.Column("execution_time", sa.Float(), nullable=True),  # seconds
    sa.Column("data_version", sa.String(512), nullable=True),
    sa.Column("parts", sa.Integer(), nullable=False, default=0),  # that the universe was cut into
    sa.Column("report", sa.LargeBinary(), nullable=True),  # JSON of what stands beside the rows
    instant("created_at"),
    instant("started_at", required=False),
    instant("computed_at", required=False),  # all rows are there since then
    instant("finished_at", required=False),
    sa.CheckConstraint(
        "status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')", name="status"
    ),
    sa.Index(None, "user_id", "created_at", "id"),
    sa.Index(None, "question_key", "computed_at"),
)

# Rows of a scan in parts. While it runs each is a part of its universe, with what the search found there (`found`), so
# that a scan which was interrupted goes on behind it; at the end they are all rows, cut where they are many.
scan_results = sa.Table(
    "scan_results",
    METADATA,
    sa.Column("scan_id", sa.String(40), sa.ForeignKey("scans.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("part", sa.Integer(), primary_key=True),
    sa.Column("rows", sa.LargeBinary(), nullable=False),  # JSON without the brackets, deflated
    sa.Column("n_rows", sa.Integer(), nullable=False),
    sa.Column("found", sa.LargeBinary(), nullable=True),
)

# A user's live scanner: it is taken up again after a restart.
live_scanners = sa.Table(
    "live_scanners",
    METADATA,
    owner(is_key=True),
    sa.Column("asked", json(), nullable=False),  # symbols, watchlist, scanners, config
    sa.Column("state", sa.String(16), nullable=False),  # running | stopped
    instant("started_at", required=False),
    instant("updated_at"),
)

# Who scans live for everybody: one process of all, for as long as its lease lasts, and what it says of how it fares.
live_desks = sa.Table(
    "live_desks",
    METADATA,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("worker", sa.String(64), nullable=False),
    instant("lease_until"),
    sa.Column("status", json(), nullable=False, default=dict),
    instant("told_at", required=False),
)

# How far a log of signals has been brought to users: written together with what it brought them.
live_logs = sa.Table(
    "live_logs",
    METADATA,
    sa.Column("log", sa.String(64), primary_key=True),
    sa.Column("offset", sa.BigInteger(), nullable=False),
)

# Named parameter sets, personal formula scanners, saved table views.
presets = sa.Table(
    "presets",
    METADATA,
    identity(),
    owner(),
    sa.Column("kind", sa.String(16), nullable=False),  # preset | saved
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("scanner_type", sa.String(64), nullable=True),
    sa.Column("body", json(), nullable=False, default=dict),
    instant("created_at"),
    instant("updated_at"),
    sa.UniqueConstraint("user_id", "kind", "name"),
)
