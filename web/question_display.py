"""What the page of a question shows of an item: words, boxes, what was given. Never key, rule, rationale or difficulty.

Built from the interactions alone, so that nothing else of an item can reach a template. The boxes stand in `question_controls`,
how each comes from its interaction in `question_layout`, pictures and recordings in `question_media`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from markupsafe import Markup

from question_banks.content import ItemContent, StimulusContent
from question_banks.responses import fields_of
from question_banks.texts import ANCHOR, in_language
from web.question_asked import Asked
from web.question_controls import Control, FileControl
from web.question_layout import control_of, fits_in_a_line
from web.question_media import STIMULUS, MediaDisplay, MediaSource, media_of
from web.question_text import direction_of, kept_together, passage_of, said

__all__ = ["Control", "QuestionDisplay", "display_question", "fields_of"]

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class QuestionDisplay:
    """An item to answer. `body` is HTML and, where they stand inside the text, controls and media; `controls` follow it.

    `media` stand before the body. `stimulus` is the shared material above all of it: HTML and media.
    """

    language: str
    direction: str
    stimulus_title: str | Markup
    stimulus: tuple[Markup | MediaDisplay, ...]
    media: tuple[MediaDisplay, ...]
    body: tuple[Markup | Control | MediaDisplay, ...]
    controls: tuple[Control, ...]

    @property
    def all_controls(self) -> tuple[Control, ...]:
        """Every control in the order in which it is read."""
        return (*(part for part in self.body if isinstance(part, Control)), *self.controls)

    @property
    def has_files(self) -> bool:
        """Tell whether its form sends files, and must say so."""
        return any(isinstance(control, FileControl) for control in self.all_controls)

    @property
    def has_plays(self) -> bool:
        """Tell whether its form has buttons that ask for a play."""
        inside = [part for control in self.all_controls for part in getattr(control, "passage", ())]
        shown = (*self.stimulus, *self.media, *self.body, *inside)
        return any(isinstance(part, MediaDisplay) and part.limited for part in shown)


def display_question(
    content: ItemContent,
    stimulus: StimulusContent | None,
    *,
    language: str,
    option_order: Mapping[str, Sequence[str]],
    fields: Mapping[str, Sequence[str]],
    problems: Mapping[str, str],
    media_url: Callable[[str], str] | None = None,
    plays: Mapping[str, int] | None = None,
    plays_running: Mapping[str, str] = NOTHING,
    kept: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> QuestionDisplay:
    """Return the item in a language, with options in their order, what was typed so far and what is wrong with it.

    `media_url` gives the address of a stored file by its digest; without it pictures show their words. `plays` is how often each
    medium with a limit may still be played (a stimulus's begin with `stimulus.`); None, as in a preview, counts nothing.
    `plays_running` is the address of a play that was asked for just now. `kept` is what is known of files sent before, by interaction:
    `digest`, `name`, `size`.
    """
    source = MediaSource(media_url, plays, plays_running)
    media, before = media_of(content, language, source)
    words = in_language(content.body, language)
    anchored = set(ANCHOR.findall(words))
    asked = Asked(
        content=content,
        language=language,
        option_order=option_order,
        fields=fields,
        problems=problems,
        source=source,
        kept=kept,
        media=media,
        inline=frozenset(one.id for one in content.interactions if one.id in anchored and fits_in_a_line(one)),
    )
    controls: dict[str, Control] = {one.id: control_of(one, asked) for one in content.interactions}
    things: dict[str, Control | MediaDisplay] = {**media, **controls}
    title = said(in_language(stimulus.title, language), language) if stimulus else ""
    return QuestionDisplay(
        language=language,
        direction=direction_of(language),
        stimulus_title=title,
        stimulus=_stimulus(stimulus, language, source) if stimulus else (),
        media=before,
        body=kept_together(passage_of(words, things, language)),
        controls=tuple(control for key, control in controls.items() if key not in anchored),
    )


def _stimulus(stimulus: StimulusContent, language: str, source: MediaSource) -> tuple[Markup | MediaDisplay, ...]:
    media, before = media_of(stimulus, language, source, prefix=STIMULUS)
    return (*before, *passage_of(in_language(stimulus.body, language), media, language))
