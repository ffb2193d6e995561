"""How Alembic meets our tables."""

import os
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString

# Imported for their tables.
import assess.models
import question_banks.models
import scoring.models
import storage.jobs
import web.accounts.models
from storage.database import Database
from storage.tables import Json, UtcDateTime, metadata


def render(kind: str, thing: Any, _context: AutogenContext) -> str | bool:
    """Write our column types as plain ones: a migration must not change when our code does."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Json):
        return "JSON"
    if kind == "type" and isinstance(thing, AutoString):
        return "sa.String()"
    return False


def run() -> None:
    """Run the migrations in one transaction."""
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["PARAAT_DATABASE_URL"]
    database = Database(url)
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_item=render,
            render_as_batch=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    database.close()


run()
