"""The tables of the archive as this version knows them; `migrations` makes them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

HEAD = "0002"  # the revision of these tables
MARK = 0x5045414B  # "PEAK": SQLite's application_id by which the file is known to be ours

metadata = MetaData()

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),  # UTC, ISO 8601
    Column("file", String, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the file that was read
    Column("profile", String, nullable=False),  # digest of the profile's text, '' without one
    Column("content", String(64), nullable=False),  # sha256 of the rows
    Column("interval_s", Integer, nullable=False),
    Column("first", String, nullable=False),
    Column("last", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("report", Text, nullable=False),  # JSON
    CheckConstraint("status IN ('active', 'undone')", name="status_known"),
    Index("imports_content", "content"),
    sqlite_autoincrement=True,  # an id is never given twice
)

contents = Table(
    "contents",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("rows", LargeBinary, nullable=False),  # an Arrow file, zstd
)

profiles = Table(
    "profiles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("toml", Text),  # NULL: removed
    Column("digest", String(64), nullable=False),
    Column("at", String, nullable=False),
    Index("profiles_name", "name", "id"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("source", String, nullable=False),
    Column("start", String, nullable=False),
    Column("end", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),
    Column("values", Text, nullable=False),  # JSON
    CheckConstraint("decision IN ('accepted', 'rejected', 'withdrawn')", name="decision_known"),
    Index("decisions_key", "key", "id"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),  # UTC, ISO 8601, with microseconds
    Column("content", String(64), nullable=False),  # sha256 of the days and numbers
    Column("last", String, nullable=False),  # day of the history
    Column("rows", LargeBinary, nullable=False),  # an Arrow file, zstd
    Index("versions_content", "content", unique=True),
)
