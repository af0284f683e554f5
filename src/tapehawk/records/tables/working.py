"""What there is to do: jobs, the fires of the scheduler, answers that were given to a key."""

from __future__ import annotations

import sqlalchemy as sa

from tapehawk.records.tables.columns import METADATA, instant, json, owner

# A job is its worker's as long as the lease lasts; whoever writes says its owner and attempt, so that a worker that
# was given up can finish nothing any more.
jobs = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    owner(required=False),  # null: the system's
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("payload", json(), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempt", sa.Integer(), nullable=False, default=0),
    sa.Column("max_attempts", sa.Integer(), nullable=False, default=3),
    sa.Column("worker", sa.String(64), nullable=True),
    instant("run_at"),
    instant("lease_until", required=False),
    sa.Column("timeout_seconds", sa.Float(), nullable=False),
    sa.Column("progress", sa.Float(), nullable=False, default=0.0),  # percent
    sa.Column("message", sa.Text(), nullable=False, default=""),
    sa.Column("dedup_key", sa.String(128), nullable=True, unique=True),
    sa.Column("cancel_requested", sa.Boolean(), nullable=False, default=False),
    sa.Column("result", json(), nullable=True),
    sa.Column("error", sa.Text(), nullable=True),
    instant("created_at"),
    instant("started_at", required=False),
    instant("finished_at", required=False),
    sa.CheckConstraint(
        "state IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')", name="state"
    ),
    sa.Index(None, "kind", "state", "run_at"),
    sa.Index("ix_jobs_turn", "kind", "user_id", "started_at"),  # whose turn it is
    sa.Index("ix_jobs_newest", "created_at", "id"),
)

# That a schedule has fired for an instant: the row's key lets one process win.
fires = sa.Table(
    "fires",
    METADATA,
    sa.Column("schedule", sa.String(64), primary_key=True),
    sa.Column("fire_at", instant("fire_at").type, primary_key=True),
    instant("fired_at"),
    sa.Column("job_id", sa.String(40), nullable=True),
)

# What was answered to an idempotency key: the same key gets the same answer, another question with it a refusal.
answers = sa.Table(
    "answers",
    METADATA,
    owner(is_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("done", sa.Boolean(), nullable=False, server_default=sa.false()),  # what it creates is there
    sa.Column("status", sa.Integer(), nullable=True),  # null: being answered, or, if it is done and old, lost
    sa.Column("body", sa.LargeBinary(), nullable=True),
    sa.Column("content_type", sa.String(100), nullable=True),
    instant("created_at"),
)
