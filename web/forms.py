"""Forms whose fields are not known beforehand: the page of a question has those of its item."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from question_banks.responses import PREFIX

Fields = dict[str, list[str]]

TEXT_LIMIT = 64 * 1024
"""A field of a form with files has no more letters than a whole form without: only files may be larger."""
FILES_LIMIT = 20
DIGITS = 9


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form. The name is what the sender says."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SentForm:
    """What a form sent, by field; a box for a file that was left empty sends none."""

    fields: Fields
    files: dict[str, SentFile]


async def form_fields(request: Request) -> Fields:
    """Return what a form sent, by field, in the order of its boxes; a file where text belongs is left out."""
    async with _read(request) as form:
        return _fields_of(form)


async def sent_form(request: Request) -> SentForm:
    """Return what a form sent, with its files; of several files in one field the last."""
    async with _read(request) as form:
        files = {
            name: SentFile(value.filename or "", await value.read())
            for name, value in form.multi_items()
            if isinstance(value, UploadFile) and (value.filename or value.size)
        }
        return SentForm(_fields_of(form), files)


def first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the first value of a field, or nothing."""
    return next(iter(fields.get(name, ())), "")


def number_of(fields: Mapping[str, Sequence[str]], name: str) -> int:
    """Return the whole number that a hidden field carries, such as a revision; -1, which none is, for anything else."""
    sent = first(fields, name)
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < DIGITS else -1


@asynccontextmanager
async def _read(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_files=FILES_LIMIT, max_part_size=TEXT_LIMIT) as form:
        yield form


def _fields_of(form: FormData) -> Fields:
    fields: Fields = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            # No text has this sign, and PostgreSQL stores none with it. In an answer it is refused with a sentence.
            kept = value if name.startswith(PREFIX) else value.replace("\0", "")
            fields.setdefault(name, []).append(kept)
    return fields


FormFields = Annotated[Fields, Depends(form_fields)]
FormWithFiles = Annotated[SentForm, Depends(sent_form)]
