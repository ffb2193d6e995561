"""The form of shared material, two languages side by side: read it."""

from collections.abc import Sequence
from typing import Any

from question_banks.content import Media, StimulusContent
from question_banks.texts import ANCHOR
from web.editing.reader import FormReader
from web.forms import Fields

PLAYS = {"low": 1, "high": 10}


def read_stimulus(
    content: StimulusContent, fields: Fields, languages: Sequence[str]
) -> tuple[StimulusContent, dict[str, str]]:
    """Return the content as the form says, and the problems by field.

    Words are named by their language and path (`fr.title`, `nl.m1.alt`), settings of a medium by its id (`m.m1.play_limit`). What
    cannot be read stays as it was; what the form does not hold is not touched.
    """
    problems: dict[str, str] = {}
    title, body, media = content.title, content.body, list(content.media)
    for language in languages:
        form = FormReader(fields, language, problems, f"{language}.")
        title, body = form.text("title", title), form.text("body", body)
        media = [_read_words(form.below(one.id), one) for one in media]
    settings = FormReader(fields, "", problems, "m.")
    media = [_read_settings(settings.below(one.id), one) for one in media]
    return content.model_copy(update={"title": title, "body": body, "media": tuple(media)}), problems


def without_medium(content: StimulusContent, gone: str) -> StimulusContent:
    """Return the content without a picture or recording, and without its place in the text."""
    body = {
        language: ANCHOR.sub(lambda match: "" if match[1] == gone else match[0], text)
        for language, text in content.body.items()
    }
    media = tuple(one for one in content.media if one.id != gone)
    return content.model_copy(update={"body": body, "media": media})


def _read_words(form: FormReader, one: Media) -> Media:
    words = {"alt": form.text("alt", one.alt), "transcript": form.text("transcript", one.transcript)}
    return one.model_copy(update=words)


def _read_settings(form: FormReader, one: Media) -> Media:
    if not form.has("present"):
        return one
    changes: dict[str, Any] = {"decorative": form.flag("decorative")}
    if one.kind != "image":
        changes = {
            "shows_transcript": form.flag("shows_transcript"),
            "play_limit": form.optional_integer("play_limit", one.play_limit, **PLAYS),
        }
    return one.model_copy(update=changes)
