"""What is asked of a candidate now: an item, and all that its page knows of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from markupsafe import Markup

from question_banks.content import ItemContent
from question_banks.interactions import Option
from question_banks.responses import PREFIX
from question_banks.texts import Texts, in_language
from web import i18n
from web.question_controls import OptionDisplay, Passage, Slot
from web.question_media import UNKNOWN_SIZE, MediaDisplay, MediaSource, Picture
from web.question_text import direction_of, passage_of, said


@dataclass(frozen=True, slots=True)
class Asked:
    """The item and what a page shows of it: language, order of options, what was typed, what is wrong, where media are."""

    content: ItemContent
    language: str
    option_order: Mapping[str, Sequence[str]]
    fields: Mapping[str, Sequence[str]]
    problems: Mapping[str, str]
    source: MediaSource
    kept: Mapping[str, Mapping[str, str]]
    media: Mapping[str, MediaDisplay]
    inline: frozenset[str]
    """The interactions that stand in a line of the body."""

    def said(self, texts: Texts) -> str | Markup:
        """Return the words for a page."""
        return said(in_language(texts, self.language), self.language)

    def first(self, name: str) -> str:
        """Return the first value of a field, or nothing."""
        return next(iter(self.fields.get(PREFIX + name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return tuple(self.fields.get(PREFIX + name, ()))

    def picture(self, medium_id: str) -> Picture:
        """Return a picture of the item; an empty one when it has no such picture."""
        found = self.source.picture_of(self.content.medium(medium_id), self.language)
        return found or Picture("", "", *UNKNOWN_SIZE)

    def options(self, interaction_id: str, options: Sequence[Option]) -> tuple[OptionDisplay, ...]:
        """Return options in the order of this candidate."""
        rank = {option_id: place for place, option_id in enumerate(self.option_order.get(interaction_id, ()))}
        return tuple(self.option(one) for one in sorted(options, key=lambda option: rank.get(option.id, len(rank))))

    def option(self, option: Option) -> OptionDisplay:
        """Return one option."""
        words = in_language(option.text, self.language)
        picture = self.picture(option.image) if option.image else None
        return OptionDisplay(option.id, said(words, self.language), words, picture)

    def passage(self, texts: Texts, slots: Mapping[str, Slot]) -> Passage:
        """Return a text with its slots, and with the media that it anchors."""
        things: dict[str, MediaDisplay | Slot] = {**self.media, **slots}
        return passage_of(in_language(texts, self.language), things, self.language)


class Common(TypedDict):
    """What every control has."""

    id: str
    name: str
    label: str | Markup
    language: str
    direction: str
    page: str
    error: str
    inline: bool


def common_of(one: Any, asked: Asked) -> Common:
    """Return what every control of this interaction has."""
    inline = one.id in asked.inline
    number = 1 + next(place for place, each in enumerate(asked.content.interactions) if each.id == one.id)
    return Common(
        id=f"given-{one.id}",
        name=PREFIX + one.id,
        label=asked.said(one.prompt)
        or (i18n.gettext("Gap {number}", number=number) if inline else i18n.gettext("Your answer")),
        language=asked.language,
        direction=direction_of(asked.language),
        page=i18n.current.get(),
        error=asked.problems.get(one.id, ""),
        inline=inline,
    )
