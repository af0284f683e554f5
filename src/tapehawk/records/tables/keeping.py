"""What a user keeps: signals, lists, how it all turned out."""

from __future__ import annotations

import sqlalchemy as sa

from tapehawk.records.tables.columns import METADATA, identity, instant, json, owner, price, symbol, written_at

signals = sa.Table(
    "signals",
    METADATA,
    identity(),
    owner(),
    symbol(),
    sa.Column("scanner", sa.String(64), nullable=False),
    sa.Column("timeframe", sa.String(8), nullable=False),
    sa.Column("series", sa.String(128), nullable=False),
    sa.Column("pattern", sa.String(64), nullable=False),
    sa.Column("direction", sa.String(8), nullable=False),
    sa.Column("phase", sa.String(16), nullable=False),
    instant("bar_time"),
    instant("available_at"),
    sa.Column("data_version", sa.String(128), nullable=False),
    sa.Column("setup_key", sa.String(256), nullable=False),
    sa.Column("book", sa.String(16), nullable=False, default=""),  # whose log says what became of it
    sa.Column("entry_price", price(), nullable=True),
    sa.Column("stop_loss", price(), nullable=True),
    sa.Column("target1", price(), nullable=True),
    sa.Column("target2", price(), nullable=True),
    sa.Column("confidence", sa.Float(), nullable=True),
    sa.Column("score", sa.Float(), nullable=True),
    sa.Column("volume", sa.BigInteger(), nullable=True),
    sa.Column("atr", price(), nullable=True),
    sa.Column("rvol", sa.Float(), nullable=True),
    sa.Column("position_size", sa.Float(), nullable=True),  # coins come in fractions
    sa.Column("risk_amount", sa.Float(), nullable=True),
    sa.Column("confluence_factors", json(), nullable=False, default=list),
    sa.Column("labels", json(), nullable=False, default=list),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("outcome", sa.String(32), nullable=True),
    sa.Column("trigger_price", price(), nullable=True),
    sa.Column("exit_price", price(), nullable=True),
    sa.Column("r", sa.Float(), nullable=True),
    sa.Column("history", json(), nullable=False, default=list),
    instant("created_at"),
    instant("updated_at"),
    written_at(),
    sa.UniqueConstraint("user_id", "setup_key"),
    sa.Index(None, "user_id", "bar_time", "id"),
    sa.Index(None, "user_id", "symbol", "bar_time", "id"),
    sa.Index(None, "user_id", "scanner", "bar_time", "id"),
    sa.Index(None, "user_id", "status", "bar_time", "id"),
    sa.Index(None, "user_id", "updated_at"),
    sa.Index(None, "setup_key"),
    sa.Index(None, "written_at", "id"),
    sa.CheckConstraint("status IN ('active', 'triggered', 'expired', 'cancelled', 'closed')", name="status"),
)

watchlists = sa.Table(
    "watchlists",
    METADATA,
    identity(),
    owner(),
    symbol(),
    instant("added_at"),
    sa.Column("is_active", sa.Boolean(), nullable=False, default=True),
    sa.UniqueConstraint("user_id", "symbol"),
)

portfolios = sa.Table(
    "portfolios",
    METADATA,
    identity(),
    owner(),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("description", sa.Text(), nullable=False, default=""),
    sa.Column("symbols", json(), nullable=False, default=list),
    instant("created_at"),
    instant("updated_at"),
    sa.Column("is_active", sa.Boolean(), nullable=False, default=True),
)

analytics = sa.Table(
    "analytics",
    METADATA,
    identity(),
    owner(),
    sa.Column("date", sa.Date(), nullable=False),
    sa.Column("signals_generated", sa.Integer(), nullable=False, default=0),
    sa.Column("signals_successful", sa.Integer(), nullable=False, default=0),
    sa.Column("total_pnl", price(), nullable=False, default=0.0),  # hypothetical
    sa.Column("win_rate", sa.Float(), nullable=True),  # 0–100, null where nothing was decided
    sa.Column("avg_confidence", sa.Float(), nullable=True),
    sa.Column("patterns_used", json(), nullable=False, default=dict),
    sa.UniqueConstraint("user_id", "date"),
)
