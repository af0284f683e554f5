"""The first tables.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
PRICE = sa.Numeric(20, 8)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_at", "audit_log", ["at"], unique=False)
    op.create_index("ix_audit_log_user_id", "audit_log", ["user_id"], unique=False)
    op.create_table(
        "fires",
        sa.Column("schedule", sa.String(length=64), nullable=False),
        sa.Column("fire_at", INSTANT, nullable=False),
        sa.Column("fired_at", INSTANT, nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("schedule", "fire_at", name="pk_fires"),
    )
    op.create_table(
        "heard",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("through", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heard"),
    )
    op.create_table(
        "live_desks",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=False),
        sa.Column("status", JSON, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_live_desks"),
    )
    op.create_table(
        "live_logs",
        sa.Column("log", sa.String(length=64), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log", name="pk_live_logs"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("preferences", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("last_login", INSTANT, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'user', 'viewer')", name="ck_users_role"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "analytics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("signals_generated", sa.Integer(), nullable=False),
        sa.Column("signals_successful", sa.Integer(), nullable=False),
        sa.Column("total_pnl", PRICE, nullable=False),
        sa.Column("win_rate", sa.Float(), nullable=True),
        sa.Column("avg_confidence", sa.Float(), nullable=True),
        sa.Column("patterns_used", JSON, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_analytics_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_analytics"),
        sa.UniqueConstraint("user_id", "date", name="uq_analytics_user_id_date"),
    )
    op.create_index("ix_analytics_user_id", "analytics", ["user_id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.String(length=100), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_answers_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_answers"),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", JSON, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_channels_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_channels"),
        sa.UniqueConstraint("user_id", "kind", name="uq_channels_user_id_kind"),
    )
    op.create_index("ix_channels_user_id", "channels", ["user_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=True),
        sa.Column("run_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("timeout_seconds", sa.Float(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.String(length=128), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')", name="ck_jobs_state"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_jobs_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("dedup_key", name="uq_jobs_dedup_key"),
    )
    op.create_index("ix_jobs_kind_state_run_at", "jobs", ["kind", "state", "run_at"], unique=False)
    op.create_index("ix_jobs_newest", "jobs", ["created_at", "id"], unique=False)
    op.create_index("ix_jobs_turn", "jobs", ["kind", "user_id", "started_at"], unique=False)
    op.create_index("ix_jobs_user_id", "jobs", ["user_id"], unique=False)
    op.create_table(
        "live_scanners",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_live_scanners_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_live_scanners"),
    )
    op.create_table(
        "notification_preferences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("quiet_hours", JSON, nullable=True),
        sa.Column("digest", JSON, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_notification_preferences_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_notification_preferences"),
    )
    op.create_table(
        "notification_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("conditions", JSON, nullable=False),
        sa.Column("channels", JSON, nullable=False),
        sa.Column("cooldown_minutes", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_notification_rules_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notification_rules"),
    )
    op.create_index("ix_notification_rules_user_id", "notification_rules", ["user_id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("dedup_key", sa.String(length=256), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notifications_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("user_id", "dedup_key", name="uq_notifications_user_id_dedup_key"),
    )
    op.create_index("ix_notifications_user_id", "notifications", ["user_id"], unique=False)
    op.create_index(
        "ix_notifications_user_id_created_at_id", "notifications", ["user_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("notification_ids", JSON, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("dedup_key", sa.String(length=256), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="ck_outbox_state"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_outbox_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("user_id", "channel", "dedup_key", name="uq_outbox_user_id_channel_dedup_key"),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"], unique=False)
    op.create_index("ix_outbox_user_id", "outbox", ["user_id"], unique=False)
    op.create_table(
        "portfolios",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("symbols", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_portfolios_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_portfolios"),
    )
    op.create_index("ix_portfolios_user_id", "portfolios", ["user_id"], unique=False)
    op.create_table(
        "presets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scanner_type", sa.String(length=64), nullable=True),
        sa.Column("body", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_presets_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_presets"),
        sa.UniqueConstraint("user_id", "kind", "name", name="uq_presets_user_id_kind_name"),
    )
    op.create_index("ix_presets_user_id", "presets", ["user_id"], unique=False)
    op.create_table(
        "scans",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("scanner_type", sa.String(length=64), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("question", JSON, nullable=False),
        sa.Column("question_key", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("progress_percent", sa.Float(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("current_ticker", sa.String(length=32), nullable=True),
        sa.Column("total_tickers", sa.Integer(), nullable=False),
        sa.Column("processed_tickers", sa.Integer(), nullable=False),
        sa.Column("results_found", sa.Integer(), nullable=False),
        sa.Column("execution_time", sa.Float(), nullable=True),
        sa.Column("data_version", sa.String(length=512), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("computed_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')", name="ck_scans_status"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_scans_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
    )
    op.create_index("ix_scans_question_key_computed_at", "scans", ["question_key", "computed_at"], unique=False)
    op.create_index("ix_scans_user_id", "scans", ["user_id"], unique=False)
    op.create_index("ix_scans_user_id_created_at_id", "scans", ["user_id", "created_at", "id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("rotated_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_for", sa.String(length=32), nullable=True),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_ins_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"], unique=False)
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("scanner", sa.String(length=64), nullable=False),
        sa.Column("timeframe", sa.String(length=8), nullable=False),
        sa.Column("series", sa.String(length=128), nullable=False),
        sa.Column("pattern", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("bar_time", INSTANT, nullable=False),
        sa.Column("available_at", INSTANT, nullable=False),
        sa.Column("data_version", sa.String(length=128), nullable=False),
        sa.Column("setup_key", sa.String(length=256), nullable=False),
        sa.Column("book", sa.String(length=16), nullable=False),
        sa.Column("entry_price", PRICE, nullable=True),
        sa.Column("stop_loss", PRICE, nullable=True),
        sa.Column("target1", PRICE, nullable=True),
        sa.Column("target2", PRICE, nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("atr", PRICE, nullable=True),
        sa.Column("rvol", sa.Float(), nullable=True),
        sa.Column("position_size", sa.Float(), nullable=True),
        sa.Column("risk_amount", sa.Float(), nullable=True),
        sa.Column("confluence_factors", JSON, nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("trigger_price", PRICE, nullable=True),
        sa.Column("exit_price", PRICE, nullable=True),
        sa.Column("r", sa.Float(), nullable=True),
        sa.Column("history", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'triggered', 'expired', 'cancelled', 'closed')", name="ck_signals_status"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_signals_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
        sa.UniqueConstraint("user_id", "setup_key", name="uq_signals_user_id_setup_key"),
    )
    op.create_index("ix_signals_setup_key", "signals", ["setup_key"], unique=False)
    op.create_index("ix_signals_user_id", "signals", ["user_id"], unique=False)
    op.create_index("ix_signals_user_id_bar_time_id", "signals", ["user_id", "bar_time", "id"], unique=False)
    op.create_index(
        "ix_signals_user_id_scanner_bar_time_id", "signals", ["user_id", "scanner", "bar_time", "id"], unique=False
    )
    op.create_index(
        "ix_signals_user_id_status_bar_time_id", "signals", ["user_id", "status", "bar_time", "id"], unique=False
    )
    op.create_index(
        "ix_signals_user_id_symbol_bar_time_id", "signals", ["user_id", "symbol", "bar_time", "id"], unique=False
    )
    op.create_index("ix_signals_user_id_updated_at", "signals", ["user_id", "updated_at"], unique=False)
    op.create_index("ix_signals_written_at_id", "signals", ["written_at", "id"], unique=False)
    op.create_table(
        "tickets",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tickets_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_tickets"),
    )
    op.create_index("ix_tickets_user_id", "tickets", ["user_id"], unique=False)
    op.create_table(
        "watchlists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_watchlists_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_watchlists"),
        sa.UniqueConstraint("user_id", "symbol", name="uq_watchlists_user_id_symbol"),
    )
    op.create_index("ix_watchlists_user_id", "watchlists", ["user_id"], unique=False)
    op.create_table(
        "scan_results",
        sa.Column("scan_id", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_scan_results_scan_id_scans", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("scan_id", "part", name="pk_scan_results"),
    )
    op.create_table(
        "told",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signals.id"], name="fk_told_signal_id_signals", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("signal_id", name="pk_told"),
    )


def downgrade() -> None:
    """Drop them, with all that is in them."""
    op.drop_table("told")
    op.drop_table("scan_results")
    op.drop_index("ix_watchlists_user_id", table_name="watchlists")
    op.drop_table("watchlists")
    op.drop_index("ix_tickets_user_id", table_name="tickets")
    op.drop_table("tickets")
    op.drop_index("ix_signals_written_at_id", table_name="signals")
    op.drop_index("ix_signals_user_id_updated_at", table_name="signals")
    op.drop_index("ix_signals_user_id_symbol_bar_time_id", table_name="signals")
    op.drop_index("ix_signals_user_id_status_bar_time_id", table_name="signals")
    op.drop_index("ix_signals_user_id_scanner_bar_time_id", table_name="signals")
    op.drop_index("ix_signals_user_id_bar_time_id", table_name="signals")
    op.drop_index("ix_signals_user_id", table_name="signals")
    op.drop_index("ix_signals_setup_key", table_name="signals")
    op.drop_table("signals")
    op.drop_index("ix_sign_ins_user_id", table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index("ix_scans_user_id_created_at_id", table_name="scans")
    op.drop_index("ix_scans_user_id", table_name="scans")
    op.drop_index("ix_scans_question_key_computed_at", table_name="scans")
    op.drop_table("scans")
    op.drop_index("ix_presets_user_id", table_name="presets")
    op.drop_table("presets")
    op.drop_index("ix_portfolios_user_id", table_name="portfolios")
    op.drop_table("portfolios")
    op.drop_index("ix_outbox_user_id", table_name="outbox")
    op.drop_index("ix_outbox_state_due_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("ix_notifications_user_id_created_at_id", table_name="notifications")
    op.drop_index("ix_notifications_user_id", table_name="notifications")
    op.drop_table("notifications")
    op.drop_index("ix_notification_rules_user_id", table_name="notification_rules")
    op.drop_table("notification_rules")
    op.drop_table("notification_preferences")
    op.drop_table("live_scanners")
    op.drop_index("ix_jobs_user_id", table_name="jobs")
    op.drop_index("ix_jobs_turn", table_name="jobs")
    op.drop_index("ix_jobs_newest", table_name="jobs")
    op.drop_index("ix_jobs_kind_state_run_at", table_name="jobs")
    op.drop_table("jobs")
    op.drop_index("ix_channels_user_id", table_name="channels")
    op.drop_table("channels")
    op.drop_table("answers")
    op.drop_index("ix_analytics_user_id", table_name="analytics")
    op.drop_table("analytics")
    op.drop_table("users")
    op.drop_table("live_logs")
    op.drop_table("live_desks")
    op.drop_table("heard")
    op.drop_table("fires")
    op.drop_index("ix_audit_log_user_id", table_name="audit_log")
    op.drop_index("ix_audit_log_at", table_name="audit_log")
    op.drop_table("audit_log")
