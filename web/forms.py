"""Forms whose fields are not known beforehand: the page of a question has those of its item."""

from typing import Annotated

from fastapi import Depends, Request

Fields = dict[str, list[str]]


async def form_fields(request: Request) -> Fields:
    """Return what a form sent, by field, in the order of its boxes; a file where text belongs is left out."""
    fields: Fields = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
    return fields


def first(fields: Fields, name: str) -> str:
    """Return the first value of a field, or nothing."""
    return next(iter(fields.get(name, ())), "")


FormFields = Annotated[Fields, Depends(form_fields)]
