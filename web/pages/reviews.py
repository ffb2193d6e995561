"""Review: what waits, an item in front of its reviewer, remarks element by element, a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from question_banks import reviews
from question_banks.authoring import WorkingItem, open_item, open_stimulus
from question_banks.cards import find_problems
from question_banks.differences import compare_items
from question_banks.elements import list_elements
from question_banks.errors import BankError
from question_banks.findings import is_blocked
from question_banks.models import ReviewComment
from question_banks.surroundings import look_around
from question_banks.translation import stale_languages
from web.accounts.accounts import list_accounts
from web.accounts.models import Account
from web.deps import Now, Reading, SignedIn, Transaction
from web.errors import sentence_of, status_of
from web.forms import Fields, FormFields, first, number_of
from web.i18n import gettext
from web.item_pages import item_context
from web.item_preview import version_in
from web.item_words import element_words, finding_words, language_name
from web.rendering import FormError, page, see_other, url_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark as the page shows it."""

    comment: ReviewComment
    where: str
    author: str
    language: str


@router.get("/reviews", name="reviews.index")
def index(request: Request, session: Reading, account: SignedIn) -> Response:
    """List what waits for a review, the oldest request first."""
    names = _names(session, account)
    waiting = reviews.list_waiting(session, operator_id=account.operator_id)
    return page(request, "reviews/index.html", waiting=waiting, names=names, me=account.id)


@router.get("/items/{item_id:uuid}/review", name="reviews.show")
def show(request: Request, session: Reading, account: SignedIn, now: Now, item_id: UUID) -> Response:
    """Show the item, its remarks, and what can be done with it now."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    return _page(request, session, working, account, now=now)


@router.post("/items/{item_id:uuid}/review", name="reviews.create")
def create(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Send the working copy to colleagues."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    try:
        reviews.request_review(session, working, note=first(fields, "note"), author_id=account.id, now=now)
    except BankError as refusal:
        return _refused(request, session, working, account, refusal, "review-form", now=now)
    return see_other(request, "reviews.show", notice="sent-for-review", item_id=item_id)


@router.post("/items/{item_id:uuid}/review/withdrawal", name="reviews.withdraw")
def withdraw(request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID) -> RedirectResponse:
    """Take the working copy back."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    reviews.withdraw_review(session, working, author_id=account.id, now=now)
    return see_other(request, "reviews.show", notice="saved", item_id=item_id)


@router.post("/items/{item_id:uuid}/verdict", name="verdicts.create")
def judge(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Approve, or ask for changes; a remark that was typed beside it is kept, too."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now, lock=True)
    try:
        if first(fields, "text").strip():
            _comment(session, working, account, fields, now=now)
        revision = number_of(fields, "revision")
        reviews.give_verdict(
            session, working, first(fields, "verdict"), revision=revision, reviewer_id=account.id, now=now
        )
    except BankError as refusal:
        return _refused(request, session, working, account, refusal, "verdict", now=now, typed=fields)
    return see_other(request, "reviews.show", notice="saved", item_id=item_id)


@router.post("/items/{item_id:uuid}/comments", name="comments.create")
def comment(
    request: Request, session: Transaction, account: SignedIn, now: Now, item_id: UUID, fields: FormFields
) -> Response:
    """Note a remark on one element or on the whole."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    try:
        _comment(session, working, account, fields, now=now)
    except BankError as refusal:
        return _refused(request, session, working, account, refusal, "text", now=now, typed=fields)
    return see_other(request, "reviews.show", notice="saved", item_id=item_id)


@router.post("/items/{item_id:uuid}/comments/{comment_id:uuid}/resolution", name="comments.resolve")
def resolve(
    request: Request,
    session: Transaction,
    account: SignedIn,
    now: Now,
    item_id: UUID,
    comment_id: UUID,
    fields: FormFields,
) -> RedirectResponse:
    """Say that a remark is dealt with, or that it still stands."""
    working = open_item(session, item_id, operator_id=account.operator_id, now=now)
    resolved = first(fields, "resolved") != "no"
    reviews.resolve_comment(session, working, comment_id, author_id=account.id, now=now, resolved=resolved)
    return see_other(request, "reviews.show", notice="saved", item_id=item_id)


def _comment(session: Session, working: WorkingItem, account: Account, fields: Fields, *, now: datetime) -> None:
    paths = {element.path for element in list_elements(working.draft.content)}
    element = first(fields, "element")
    language = first(fields, "language")
    reviews.add_comment(
        session,
        working,
        element=element if element in paths else "",
        language=language if language in working.bank.languages else "",
        text=first(fields, "text"),
        author_id=account.id,
        now=now,
    )


def _refused(
    request: Request,
    session: Session,
    working: WorkingItem,
    account: Account,
    refusal: BankError,
    field: str,
    *,
    now: datetime,
    typed: Fields | None = None,
) -> Response:
    errors = [FormError(field, sentence_of(refusal))]
    return _page(request, session, working, account, now=now, errors=errors, typed=typed, status=status_of(refusal))


def _page(
    request: Request,
    session: Session,
    working: WorkingItem,
    account: Account,
    *,
    now: datetime,
    errors: Sequence[FormError] = (),
    typed: Fields | None = None,
    status: int = 200,
) -> Response:
    content = working.draft.content
    stimulus = open_stimulus(session, working.testlet, now=now).content if working.testlet else None
    names = _names(session, account)
    running = reviews.find_review(session, working.item.id)
    around = look_around(session, operator_id=working.bank.operator_id, testlet_id=working.item.testlet_id)
    findings = find_problems(content, working.bank, around)
    languages = {code: language_name(code) for code in working.bank.languages}
    remarks = [
        Remark(
            one,
            element_words(one.element, content) if one.element else gettext("The whole"),
            names.get(one.author_id, gettext("somebody who left")),
            languages.get(one.language, ""),
        )
        for one in reviews.list_comments(session, working.item.id)
    ]
    old = working.version.content if working.version else None
    changes = compare_items(old, content) if old else []
    request.scope["shown_at"] = url_of(request, "reviews.show", item_id=working.item.id)
    return page(
        request,
        "reviews/show.html",
        status=status,
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
        names=languages,
        people=names,
        findings=[finding_words(one, content) for one in findings],
        blocked=is_blocked(findings),
        running=running,
        is_running=running is not None and running.review.ended_at is None,
        may_review=reviews.may_review(session, working, account.id),
        needed=reviews.reviewers_needed(session, content.competence, operator_id=working.bank.operator_id),
        remarks=remarks,
        elements=[("", gettext("The whole"))]
        + [(one.path, element_words(one.path, content)) for one in list_elements(content)],
        changes=[(element_words(one.path, content), languages.get(one.language, ""), one) for one in changes],
        colleagues=len(names) - 1,
        errors=list(errors),
        typed={name: first(typed or {}, name) for name in ("text", "element", "language", "note")},
    )


def _names(session: Session, account: Account) -> dict[UUID, str]:
    return {one.id: one.name for one in list_accounts(session, operator_id=account.operator_id)}
