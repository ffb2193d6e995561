"""The migrations make the tables that the code has, on both databases."""

from storage import migrations


def test_migrated_database_has_the_tables_of_the_code(filled: tuple[str, object]) -> None:
    url, _ = filled

    assert migrations.has_drifted(url) == []


def test_upgrade_twice_changes_nothing(filled: tuple[str, object]) -> None:
    url, _ = filled

    migrations.upgrade(url)

    assert migrations.has_drifted(url) == []
