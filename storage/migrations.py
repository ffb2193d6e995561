"""Bring a database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config

INI = Path(__file__).parent.parent / "alembic.ini"


def upgrade(url: str) -> None:
    """Run every migration that the database has not had; safe to run again."""
    command.upgrade(_config(url), "head")


def has_drifted(url: str) -> list[object]:
    """Return what the tables in code have and the migrated database has not, or the other way round."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 (only the check needs it)
    from alembic.migration import MigrationContext  # noqa: PLC0415 (only the check needs it)

    from storage.database import Database  # noqa: PLC0415 (only the check needs it)
    from storage.tables import metadata  # noqa: PLC0415 (only the check needs it)

    database = Database(url)
    try:
        with database.engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), metadata))
    finally:
        database.close()


def _config(url: str) -> Config:
    config = Config(str(INI))
    # A percent sign in a password would be read as the beginning of a variable.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
