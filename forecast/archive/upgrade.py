"""An archive's tables brought to this version's, step by step. Alembic is slow to import: only from where it is due."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

STEPS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, steps: Path = STEPS) -> None:
    """Applies every step the archive has not had yet, within the transaction `connection` is in."""
    scripts = directory(steps)
    context = MigrationContext.configure(connection)
    now = context.get_current_revision()
    due = list(scripts.iterate_revisions("head", now or "base"))
    for script in reversed(due):
        with Operations.context(context):
            script.module.upgrade()
        context.stamp(scripts, script.revision)


def known(steps: Path = STEPS) -> frozenset[str]:
    """The revisions an archive may be of."""
    return frozenset(script.revision for script in directory(steps).walk_revisions())


def directory(steps: Path = STEPS) -> ScriptDirectory:
    """The steps there are."""
    config = Config()
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    return ScriptDirectory.from_config(config)
