"""Files that come with an answer: checked, kept, written down, and from then on named in the form by their digest."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from assess.uploads import KEPT, Expected, expected_files, keep_uploads
from question_banks.content import MediaFile
from question_banks.errors import BankError, InvalidContentError
from question_banks.media import inspect_upload
from question_banks.responses import PREFIX
from storage.media import MediaStore
from storage.wording import N_
from web.deps import act_durably, read_at_once
from web.forms import Fields, SentFile, SentForm


async def take_files(
    request: Request, candidate_id: UUID, position: int, form: SentForm, *, now: datetime
) -> tuple[Fields, dict[str, BankError]]:
    """Keep the files that a form sent; return its fields with them as kept, and what is wrong with others, by interaction.

    A file that the question does not wait for is left out.
    """
    expected = await read_at_once(request, lambda session: expected_files(session, candidate_id, position, now=now))
    store: MediaStore = request.app.state.media
    kept, problems = await run_in_threadpool(_check, store, expected, form.files)
    if not kept:
        return form.fields, problems
    files = {one: file for one, (file, _) in kept.items()}
    await act_durably(request, lambda session: keep_uploads(session, candidate_id, files.values(), now=now))
    await run_in_threadpool(_make_sure, store, kept)
    return {**form.fields, **{f"{PREFIX}{one}{KEPT}": [file.digest] for one, file in files.items()}}, problems


def _check(
    store: MediaStore, expected: Expected, sent: Mapping[str, SentFile]
) -> tuple[dict[str, tuple[MediaFile, bytes]], dict[str, BankError]]:
    kept: dict[str, tuple[MediaFile, bytes]] = {}
    problems: dict[str, BankError] = {}
    room = expected.room
    for one, accept in expected.accept.items():
        file = sent.get(PREFIX + one)
        if file is None:
            continue
        try:
            found, data = inspect_upload(file.name, file.data, accept)
        except InvalidContentError as problem:
            problems[one] = problem
            continue
        if found.size > room:
            problems[one] = InvalidContentError(N_("You sent too many large files. Send a smaller one, or press Skip."))
            continue
        room -= found.size
        store.put(data)
        kept[one] = (found, data)
    return kept, problems


def _make_sure(store: MediaStore, kept: Mapping[str, tuple[MediaFile, bytes]]) -> None:
    # Somebody else who had sent the same bytes may have been erased, and the bytes with them, before ours were written down.
    for file, data in kept.values():
        if not store.exists(file.digest):
            store.put(data)
