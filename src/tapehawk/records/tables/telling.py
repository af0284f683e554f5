"""What a user is told: notifications, the rules that make them, the channels they go to, and what is on its way there.

`heard` is how far the listener has come in the tables whose changes become notifications.
"""

from __future__ import annotations

import sqlalchemy as sa

from tapehawk.records.tables.columns import METADATA, identity, instant, json, owner

notifications = sa.Table(
    "notifications",
    METADATA,
    identity(),
    owner(),
    sa.Column("type", sa.String(32), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("message", sa.Text(), nullable=False),
    sa.Column("data", json(), nullable=False, default=dict),
    sa.Column("is_read", sa.Boolean(), nullable=False, default=False),
    sa.Column("dedup_key", sa.String(256), nullable=True),  # the same thing is told once
    instant("created_at"),
    sa.UniqueConstraint("user_id", "dedup_key"),
    sa.Index(None, "user_id", "created_at", "id"),
)

notification_rules = sa.Table(
    "notification_rules",
    METADATA,
    identity(),
    owner(),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("conditions", json(), nullable=False, default=dict),  # scanners, symbols, watchlist, min_confidence, …
    sa.Column("channels", json(), nullable=False, default=list),
    sa.Column("cooldown_minutes", sa.Integer(), nullable=False, default=0),  # by symbol
    sa.Column("is_active", sa.Boolean(), nullable=False, default=True),
    instant("created_at"),
    instant("updated_at"),
)

# Where a user is reached. `address` holds a secret: it is written, used, and never shown again.
channels = sa.Table(
    "channels",
    METADATA,
    identity(),
    owner(),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("address", json(), nullable=False),
    sa.Column("is_active", sa.Boolean(), nullable=False, default=True),
    instant("created_at"),
    sa.UniqueConstraint("user_id", "kind"),
)

# When and how a user likes to be told; no row: at once, at any hour.
notification_preferences = sa.Table(
    "notification_preferences",
    METADATA,
    owner(is_key=True),
    sa.Column("time_zone", sa.String(64), nullable=False),
    sa.Column("quiet_hours", json(), nullable=True),
    sa.Column("digest", json(), nullable=True),
    instant("updated_at"),
)

# A message to a channel, written with its notifications in one transaction. It is its sender's as long as the lease
# lasts; whoever writes says the attempt, so that a sender that was given up changes nothing any more. Its id goes out
# with it, the same at every attempt.
outbox = sa.Table(
    "outbox",
    METADATA,
    identity(),
    owner(),
    sa.Column("notification_ids", json(), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("dedup_key", sa.String(256), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # waiting | sending | sent | failed
    sa.Column("attempt", sa.Integer(), nullable=False, default=0),
    instant("due_at"),
    instant("lease_until", required=False),
    instant("sent_at", required=False),
    sa.Column("receipt", sa.Text(), nullable=True),  # what the far side answered
    sa.Column("error", sa.Text(), nullable=True),
    instant("created_at"),
    sa.UniqueConstraint("user_id", "channel", "dedup_key"),
    sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="state"),
    sa.Index(None, "state", "due_at"),
)

heard = sa.Table(
    "heard",
    METADATA,
    sa.Column("name", sa.String(32), primary_key=True),
    instant("through"),
)

# How many steps of a signal's history were dealt with: told to its owner, or found to be wanted by no rule of theirs.
told = sa.Table(
    "told",
    METADATA,
    sa.Column("signal_id", sa.Uuid(), sa.ForeignKey("signals.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("steps", sa.Integer(), nullable=False),
)
