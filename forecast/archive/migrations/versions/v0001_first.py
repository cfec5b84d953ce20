"""Imports with their rows, profiles, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables of the first version."""
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("interval_s", sa.Integer, nullable=False),
        sa.Column("first", sa.String, nullable=False),
        sa.Column("last", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("corrected", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.CheckConstraint("status IN ('active', 'undone')", name="status_known"),
        sqlite_autoincrement=True,
    )
    op.create_index("imports_content", "imports", ["content"])
    op.create_table(
        "contents",
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("rows", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("toml", sa.Text),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
    op.create_index("profiles_name", "profiles", ["name", "id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("queue", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("start", sa.String, nullable=False),
        sa.Column("end", sa.String, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("values", sa.Text, nullable=False),
        sa.CheckConstraint("decision IN ('accepted', 'rejected', 'withdrawn')", name="decision_known"),
    )
    op.create_index("decisions_key", "decisions", ["key", "id"])
