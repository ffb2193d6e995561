"""An item: what it looks like in each language, its key, what checking found, where it is used; copy it, put it away."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from assess.where_used import where_used
from question_banks import filing, history, listing
from question_banks.authoring import duplicate_item, open_item, open_stimulus
from question_banks.cards import find_problems
from question_banks.listing import CardFilter
from question_banks.reviews import list_comments
from question_banks.surroundings import look_around
from question_banks.translation import stale_languages
from web.deps import Now, Reading, SignedIn, Transaction
from web.forms import FormFields, first
from web.item_pages import item_context
from web.item_preview import version_in
from web.item_words import finding_words, language_name, types_words
from web.rendering import page, see_other, url_of

router = APIRouter(prefix="/items")


@router.get("/{item_id:uuid}", name="items.show")
def show(request: Request, session: Reading, account: SignedIn, now: Now, item_id: UUID) -> Response:
    """Show the working copy in each of its languages, and beside it the key."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    content = working.draft.content
    stimulus = open_stimulus(session, working.testlet, now=now).content if working.testlet else None
    ids = listing.list_matching_ids(session, working.bank.id, CardFilter(archived=working.item.archived_at is not None))
    at = ids.index(item_id) if item_id in ids else 0
    events = history.list_events(session, item_id)
    around = look_around(session, operator_id=working.bank.operator_id, testlet_id=working.item.testlet_id)
    return page(
        request,
        "items/show.html",
        **item_context(request, session, working),
        content=content,
        versions=[
            version_in(
                content,
                stimulus,
                language,
                media_url=lambda digest: url_of(request, "media.show", digest=digest),
                stale=stale_languages(content, working.draft.agreed),
            )
            for language in working.bank.languages
        ],
        names={code: language_name(code) for code in working.bank.languages},
        types=types_words(one.type for one in content.interactions),
        findings=[finding_words(one, content) for one in find_problems(content, working.bank, around)],
        use=where_used(session, item_id, now=now),
        open_comments=sum(one.resolved_at is None for one in list_comments(session, item_id)),
        batch=history.last_batch(events),
        previous=ids[at - 1] if at > 0 else None,
        following=ids[at + 1] if at + 1 < len(ids) else None,
    )


@router.post("/{item_id:uuid}/copy", name="copies.create")
def copy(request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID) -> RedirectResponse:
    """Make another draft with the same content, and open it."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    made = duplicate_item(session, working, author_id=account.id, now=now)
    return see_other(request, "items.edit", notice="copied", item_id=made.item.id)


@router.post("/{item_id:uuid}/filing", name="filings.create")
def file(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> RedirectResponse:
    """Retire the item, take it up again, put it away or bring it back."""
    # Whose item it is comes before what is wrong with the form.
    open_item(session, item_id, operator_id=account.operator_id, now=now)
    filing.edit_items(
        session,
        [item_id],
        operator_id=account.operator_id,
        author_id=account.id,
        now=now,
        act=first(fields, "act"),
        value=first(fields, "value"),
    )
    return see_other(request, "items.show", notice="saved", item_id=item_id)
