"""Importing a question bank: check first, see every change and every problem, then import all or nothing."""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import UploadFile

from question_banks import transfer
from question_banks.transfer import ImportPlan
from storage.wording import N_
from web.deps import AppMediaStore, Now, SignedIn, Transaction, signed_in
from web.i18n import gettext
from web.rendering import FormError, page, see_other, url_of
from web.security import UPLOAD_LIMIT

router = APIRouter(prefix="/banks/imports")

KEPT_LIMIT = UPLOAD_LIMIT // 2
"""How long the hidden field may be that carries checked files on: it is sent back, together with the rest of a form."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one of the two forms sent: files by name, chosen now or carried on, and which button was pressed."""

    sources: dict[str, bytes]
    act: str


async def _sent(request: Request) -> Sent:
    """Read the whole form before a transaction begins, and take a form without file for what it is: nothing chosen."""
    sources: dict[str, bytes] = {}
    async with request.form(max_part_size=KEPT_LIMIT) as form:
        for chosen in form.getlist("files"):
            # A browser sends an empty part with an empty name when nothing was chosen.
            if isinstance(chosen, UploadFile) and chosen.filename:
                sources[chosen.filename.rpartition("/")[2]] = await chosen.read()
        kept, act = form.get("kept", ""), form.get("act", "")
    return Sent(sources or _unpack(str(kept)), str(act))


@router.get("", name="banks.import", dependencies=[Depends(signed_in)])
def new(request: Request) -> HTMLResponse:
    """Ask for files."""
    return _page(request, None, kept="")


@router.post("", name="banks.create_import", response_model=None)
def create(
    request: Request,
    sent: Annotated[Sent, Depends(_sent)],
    session: Transaction,
    account: SignedIn,
    store: AppMediaStore,
    now: Now,
) -> HTMLResponse | RedirectResponse:
    """Check the files, or import them; with a problem nothing at all is written."""
    sources = sent.sources
    if not sources:
        return _page(request, None, kept="", errors=[FormError("files", gettext(N_("Choose a file with questions.")))])
    plan = transfer.read_and_plan(session, files=sources, operator_id=account.operator_id)
    if plan.problems or plan.draft is None:
        errors = [FormError("problems", gettext(N_("The file has mistakes. Nothing was imported.")))]
        return _page(request, plan, kept="", errors=errors)
    if sent.act != "import":
        return _page(request, plan, kept=_pack(sources))
    batch = transfer.import_bank(
        session,
        plan,
        operator_id=account.operator_id,
        author_id=account.id,
        source=", ".join(sorted(sources))[:200],
        now=now,
        store=store,
    )
    return see_other(request, "banks.show", notice="saved", bank_id=batch.bank_id)


def _page(
    request: Request, plan: ImportPlan | None, *, kept: str, errors: list[FormError] | None = None
) -> HTMLResponse:
    request.scope["shown_at"] = url_of(request, "banks.import")
    changes = plan.changes if plan else []
    return page(
        request,
        "banks/import.html",
        status=422 if errors else 200,
        plan=plan,
        sentences=[
            (problem, gettext(problem.message, **problem.values)) for problem in (plan.problems if plan else [])
        ],
        counts={state: sum(one.state == state for one in changes) for state in ("new", "changed", "unchanged")},
        kept=kept,
        errors=errors or [],
    )


def _pack(sources: dict[str, bytes]) -> str:
    """Return checked files as text for a hidden field, so that nobody chooses them twice; nothing when too long, or with media."""
    try:
        texts = {name: source.decode() for name, source in sources.items()}
    except UnicodeDecodeError:
        return ""
    packed = base64.b64encode(zlib.compress(json.dumps(texts).encode())).decode()
    return packed if len(packed) <= KEPT_LIMIT else ""


def _unpack(kept: str) -> dict[str, bytes]:
    """Return the files of a hidden field; empty for what `_pack` did not make. They are checked again."""
    try:
        inflating = zlib.decompressobj()
        # A few bytes can be made to unfold into gigabytes: never more than an upload may have.
        text = inflating.decompress(base64.b64decode(kept, validate=True), UPLOAD_LIMIT)
        texts = json.loads(text)
    except (binascii.Error, zlib.error, ValueError):
        return {}
    if not isinstance(texts, dict) or not all(isinstance(one, str) for one in texts.values()):
        return {}
    return {name: source.encode() for name, source in texts.items()}
