"""What stands in the preview for words that are not written yet."""

from typing import Any

from question_banks.content import ItemContent
from question_banks.interactions import Gap, NamedArea, Option

_RECORDS = (Option, NamedArea, Gap)


def with_placeholders(content: ItemContent, language: str) -> ItemContent:
    """Return the item with the id of each option, row, area and gap in the place of its missing words."""
    interactions = tuple(_filled(one, language) for one in content.interactions)
    return content.model_copy(update={"interactions": interactions})


def _filled(interaction: Any, language: str) -> Any:
    changes: dict[str, Any] = {}
    for name in type(interaction).model_fields:
        records = getattr(interaction, name)
        if isinstance(records, tuple) and records and isinstance(records[0], _RECORDS):
            changes[name] = tuple(_named(one, language) for one in records)
    return interaction.model_copy(update=changes) if changes else interaction


def _named(record: Any, language: str) -> Any:
    field = "text" if isinstance(record, Option) else "name"
    has_picture = isinstance(record, Option) and record.image
    if has_picture or any(getattr(record, field).values()):
        return record
    return record.model_copy(update={field: {language: f"({record.id})"}})
