"""The history of an item: what was done, by whom, undoing it; and its frozen versions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from question_banks import history
from question_banks.authoring import open_item
from question_banks.differences import compare_items
from question_banks.errors import ItemNotFoundError
from question_banks.library import get_stimulus
from question_banks.publishing import find_version, list_versions, take_up_version
from storage.wording import N_
from web.accounts.accounts import list_accounts
from web.deps import Now, Reading, SignedIn, Transaction
from web.i18n import gettext
from web.item_pages import item_context
from web.item_preview import version_in
from web.item_words import element_words, language_name
from web.rendering import page, see_other, url_of

router = APIRouter(prefix="/items")

Number = Annotated[int, Path(ge=1, le=100_000)]

EVENTS = {
    "created": N_("Made"),
    "duplicated": N_("Made as a copy"),
    "edited": N_("Changed"),
    "translated": N_("Translated"),
    "tagged": N_("Tags changed"),
    "levelled": N_("Level or competence changed"),
    "moved": N_("Moved to another bank"),
    "archived": N_("Put away"),
    "restored": N_("Brought back"),
    "retired": N_("Retired"),
    "revived": N_("Taken into use again"),
    "sent_for_review": N_("Sent for review"),
    "review_withdrawn": N_("Taken back from review"),
    "changes_asked": N_("Changes asked for"),
    "approved": N_("Approved"),
    "published": N_("Published"),
    "made_live": N_("Made live"),
    "imported": N_("Imported"),
}


@router.get("/{item_id:uuid}/history", name="histories.show")
def show(request: Request, session: Reading, account: SignedIn, now: Now, item_id: UUID) -> Response:
    """List what was done to an item, newest first, and its versions."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    events = history.list_events(session, item_id)
    people = {one.id: one.name for one in list_accounts(session, operator_id=account.operator_id)}
    return page(
        request,
        "histories/show.html",
        **item_context(request, session, working),
        events=[
            (one, gettext(EVENTS.get(one.kind, one.kind)), people.get(one.author_id, "–") if one.author_id else "–")
            for one in events
        ],
        batch=history.last_batch(events),
        versions=list_versions(session, item_id),
    )


@router.get("/{item_id:uuid}/versions/{number}", name="versions.show")
def version(request: Request, session: Reading, account: SignedIn, now: Now, item_id: UUID, number: Number) -> Response:
    """Show a frozen version and what the working copy changes about it."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    found = find_version(session, item_id, number)
    if found is None:
        raise ItemNotFoundError(N_("There is no such version."))
    stimulus = get_stimulus(session, found.stimulus_id).content if found.stimulus_id else None
    names = {code: language_name(code) for code in working.bank.languages}
    changes = compare_items(found.content, working.draft.content)
    return page(
        request,
        "histories/version.html",
        **item_context(request, session, working),
        version=found,
        versions=[
            version_in(
                found.content, stimulus, language, media_url=lambda digest: url_of(request, "media.show", digest=digest)
            )
            for language in found.content.languages
        ],
        names=names,
        changes=[(element_words(one.path, working.draft.content), names.get(one.language, ""), one) for one in changes],
    )


@router.post("/{item_id:uuid}/versions/{number}/revival", name="versions.take_up")
def take_up(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, number: Number
) -> RedirectResponse:
    """Make an earlier version the working copy again."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    take_up_version(session, working, number, author_id=account.id, now=now)
    return see_other(request, "items.edit", notice="saved", item_id=item_id)
