"""Publish an item: first what it changes and what that means, then freeze a version."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from assess.where_used import where_used
from question_banks.authoring import WorkingItem, open_item
from question_banks.errors import BankError, InvalidContentError
from question_banks.publishing import PublishedAs, make_live, plan_publication, publish_item
from storage.wording import N_
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of, status_of
from web.forms import FormFields, first
from web.item_pages import item_context
from web.item_words import element_words, finding_words, language_name
from web.rendering import FormError, page, see_other, url_of

router = APIRouter(prefix="/items")

PUBLISHED_AS: dict[str, PublishedAs] = {"live": "live", "pilot": "pilot"}


@router.get("/{item_id:uuid}/publication", name="publications.new")
def new(request: Request, session: Reading, account: SignedIn, now: Now, item_id: UUID) -> Response:
    """Show what publishing would do."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    return _page(request, session, working, now=now)


@router.post("/{item_id:uuid}/publication", name="publications.create")
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Freeze a version in the chosen languages."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    try:
        status = PUBLISHED_AS.get(first(fields, "status"))
        if status is None:
            raise InvalidContentError(N_("Choose whether it goes live or is a pilot."))
        publish_item(
            session,
            working,
            languages=fields.get("languages", []),
            status=status,
            author_id=account.id,
            now=now,
        )
    except BankError as refusal:
        errors = [FormError("publication", sentence_of(refusal))]
        return _page(request, session, working, now=now, errors=errors, status=status_of(refusal))
    return see_other(request, "items.show", notice="published", item_id=item_id)


@router.post("/{item_id:uuid}/promotion", name="publications.promote")
def promote(request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID) -> RedirectResponse:
    """Let sittings draw what was a pilot."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    make_live(session, working, author_id=account.id, now=now)
    return see_other(request, "items.show", notice="published", item_id=item_id)


def _page(
    request: Request,
    session: Session,
    working: WorkingItem,
    *,
    now: datetime,
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> Response:
    plan = plan_publication(session, working, now=now)
    content = working.draft.content
    names = {code: language_name(code) for code in working.bank.languages}
    use = where_used(session, working.item.id, now=now)
    request.scope["shown_at"] = url_of(request, "publications.new", item_id=working.item.id)
    return page(
        request,
        "publications/new.html",
        status=status,
        **item_context(request, session, working),
        plan=plan,
        names=names,
        choices=[(code, names[code]) for code in plan.languages],
        chosen=[code for code in plan.languages if code not in plan.stale],
        stale=[names[code] for code in plan.languages if code in plan.stale],
        missing={
            names[code]: [element_words(one.path, content) for one in elements]
            for code, elements in plan.missing.items()
        },
        blocking=[finding_words(one, content) for one in plan.blocking],
        changes=[(element_words(one.path, content), names.get(one.language, ""), one) for one in plan.differences],
        use=use,
        running=sum(use.open_sittings.values()),
        number=working.version.number + 1 if working.version else 1,
        errors=list(errors),
    )
