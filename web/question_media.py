"""Pictures and recordings of an item as a page shows them: their address, their words, how often they may still be heard. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from question_banks.content import ItemContent, Media, StimulusContent
from question_banks.texts import ANCHOR, in_language
from web.question_text import direction_of, prose

# A picture whose size nobody knows is taken to have that of a common screen: only the places on it depend on it.
UNKNOWN_SIZE = (800, 600)

STIMULUS = "stimulus."
"""What the ids of a stimulus's media begin with, beside those of the item: both may have an `m1`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its address (empty when it cannot be shown), its size in pixels, its words for who cannot see it."""

    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MediaDisplay:
    """A picture or recording. `left` is how often it may still be played, None without limit; `number` that of the next play."""

    id: str
    kind: Literal["image", "audio", "video"]
    picture: Picture
    transcript: Markup
    language: str
    direction: str
    left: int | None
    number: int
    running: str
    """The address of the play that was asked for just now; empty when none was."""

    @property
    def inline(self) -> bool:
        """Tell whether it may stand in a line of text."""
        return self.kind == "image"

    @property
    def limited(self) -> bool:
        """Tell whether each play is asked for with a button."""
        return self.left is not None


@dataclass(frozen=True, slots=True)
class MediaSource:
    """Where media come from: `url` gives a digest's address; `plays` the plays left, None where nobody counts them."""

    url: Callable[[str], str] | None = None
    plays: Mapping[str, int] | None = None
    running: Mapping[str, str] = field(default_factory=dict)

    def picture_of(self, medium: Media | None, language: str) -> Picture | None:
        """Return the picture of a medium; None when there is no such medium."""
        if medium is None:
            return None
        file = medium.file_in(language)
        width, height = (file.width, file.height) if file and file.width and file.height else UNKNOWN_SIZE
        alt = "" if medium.decorative else in_language(medium.alt, language)
        return Picture(self.url(file.digest) if file and self.url else "", alt, width, height)

    def shown(self, medium: Media, language: str, *, prefix: str = "") -> MediaDisplay:
        """Return a medium as it stands in a text or before it."""
        picture = self.picture_of(medium, language)
        assert picture is not None  # noqa: S101 (there is a medium)
        key = prefix + medium.id
        limit = None if self.plays is None or medium.kind == "image" else medium.play_limit
        left = None if limit is None or self.plays is None else max(0, self.plays.get(key, limit))
        return MediaDisplay(
            id=key,
            kind=medium.kind,
            picture=picture,
            transcript=prose(in_language(medium.transcript, language), language)
            if medium.shows_transcript
            else Markup(),
            language=language,
            direction=direction_of(language),
            left=left,
            number=(limit or 0) - (left or 0) + 1,
            running=self.running.get(key, "") if limit is not None else "",
        )


def media_of(
    content: ItemContent | StimulusContent, language: str, source: MediaSource, *, prefix: str = ""
) -> tuple[dict[str, MediaDisplay], tuple[MediaDisplay, ...]]:
    """Return the media by id, and those of them that stand before the body: no text anchors them, no interaction uses them."""
    shown = {medium.id: source.shown(medium, language, prefix=prefix) for medium in content.media}
    placed = set(ANCHOR.findall(in_language(content.body, language)))
    if isinstance(content, ItemContent):
        for interaction in content.interactions:
            placed.add(getattr(interaction, "image", ""))
            placed.update(ANCHOR.findall(in_language(getattr(interaction, "passage", {}), language)))
            placed.update(_pictures(getattr(interaction, "options", ())), _pictures(getattr(interaction, "rows", ())))
    return shown, tuple(one for key, one in shown.items() if key not in placed)


def _pictures(options: object) -> Sequence[str]:
    # The `rows` of a text or of a grid of cells is a number.
    return [one.image for one in options] if isinstance(options, tuple) else []
