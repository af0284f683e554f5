"""Who may ask: users, their sign-ins, what of security happened."""

from __future__ import annotations

import sqlalchemy as sa

from tapehawk.records.tables.columns import METADATA, identity, instant, json, owner

users = sa.Table(
    "users",
    METADATA,
    identity(),
    sa.Column("email", sa.String(320), nullable=False, unique=True),  # lower case
    sa.Column("password_hash", sa.String(255), nullable=False),  # empty: nobody can sign in with a password
    sa.Column("first_name", sa.String(100), nullable=False, default=""),
    sa.Column("last_name", sa.String(100), nullable=False, default=""),
    sa.Column("role", sa.String(16), nullable=False, default="user"),
    sa.Column("preferences", json(), nullable=False, default=dict),
    instant("created_at"),
    instant("updated_at"),
    instant("last_login", required=False),
    sa.Column("is_active", sa.Boolean(), nullable=False, default=True),
    sa.CheckConstraint("role IN ('admin', 'user', 'viewer')", name="role"),
)

# A sign-in is a family of refresh tokens, counted: the last is good, the one before it only for the moment of a race.
sign_ins = sa.Table(
    "sign_ins",
    METADATA,
    identity(),
    owner(),
    sa.Column("generation", sa.Integer(), nullable=False, default=1),
    instant("created_at"),
    instant("rotated_at"),
    instant("expires_at"),
    instant("revoked_at", required=False),
    sa.Column("revoked_for", sa.String(32), nullable=True),
    sa.Column("ip", sa.String(45), nullable=False, default=""),
    sa.Column("user_agent", sa.String(256), nullable=False, default=""),
)

# Secrets that are good once: a browser's socket, an invitation (of the admin who wrote it), the owner's first link.
tickets = sa.Table(
    "tickets",
    METADATA,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    owner(required=False),
    sa.Column("purpose", sa.String(16), nullable=False),
    instant("expires_at"),
)

audit_log = sa.Table(
    "audit_log",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    instant("at"),
    sa.Column("user_id", sa.Uuid(), nullable=True, index=True),  # outlives its user
    sa.Column("event", sa.String(64), nullable=False),
    sa.Column("ip", sa.String(45), nullable=False, default=""),
    sa.Column("detail", json(), nullable=False, default=dict),
    sa.Index(None, "at"),
)
