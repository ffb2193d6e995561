"""Whether the “can do” sentence of an item, where it has one, can be read in every passport. Pure."""

from collections.abc import Iterator

from question_banks.content import ItemContent
from question_banks.findings import Finding
from storage.wording import N_

READ_IN = ("fr", "nl")
"""The languages of the people who read most passports, whatever the languages of the bank. Others may be written, and are not missed."""


def check_can_do(content: ItemContent) -> Iterator[Finding]:
    """Yield the languages in which a sentence that was begun is not written; an item without one lacks nothing."""
    written = {language for language, text in content.can_do.items() if text.strip()}
    for language in READ_IN if written else ():
        if language not in written:
            yield Finding(
                "can_do_missing",
                "hint",
                "can_do",
                N_("The “can do” sentence is not written in this language."),
                N_("Write it, or a passport that is read in this language leaves it out."),
                language=language,
            )
