"""One act on many items of a bank, and taking back what was done."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from question_banks import filing, history, library, listing
from question_banks.errors import BankError
from web.bank_filters import read_asked
from web.bank_list import Refused, show_list
from web.deps import Now, SignedIn, Transaction
from web.errors import sentence_of, status_of
from web.forms import Fields, FormFields, first
from web.pages.sign_in import LOCAL_PATH
from web.rendering import FormError, see_other, url_of

router = APIRouter()

VALUES = {"add_tag": "tag", "remove_tag": "tag", "level": "level", "competence": "competence", "move": "bank"}
"""Which box of the form an act takes its value from; acts that are not here take none."""
ROW_ACTS = ("archive", "restore", "retire", "revive")


@router.post("/banks/{bank_id:uuid}/edits", name="bulk_edits.create", response_model=None)
def create(
    request: Request, fields: FormFields, session: Transaction, account: SignedIn, now: Now, bank_id: UUID
) -> HTMLResponse | RedirectResponse:
    """Do one act to the chosen items, or to all that match the filters of the address; all of them or none."""
    bank = library.get_bank(session, bank_id, operator_id=account.operator_id)
    asked = read_asked(request.query_params)
    act, chosen, takes_all = _wanted(fields)
    ids = listing.list_matching_ids(session, bank.id, asked.chosen) if takes_all else chosen
    try:
        with session.begin_nested():
            batch = filing.edit_items(
                session,
                ids,
                operator_id=account.operator_id,
                author_id=account.id,
                now=now,
                act=act,
                value=first(fields, VALUES.get(act, "")).strip(),
            )
    except BankError as refusal:
        request.scope["shown_at"] = url_of(request, "banks.show", bank_id=bank.id) + asked.query()
        field = VALUES.get(act, "") if status_of(refusal) == 422 and ids else ""  # noqa: PLR2004 (the box is what is wrong)
        return show_list(
            request,
            session,
            bank,
            asked,
            refused=Refused(
                errors=[FormError(f"bulk-{field}" if field else "bulk", sentence_of(refusal))],
                status=status_of(refusal),
                picked=frozenset(chosen),
                all_matching=takes_all,
                values={name: first(fields, name) for name in set(VALUES.values())},
            ),
        )
    changed = history.find_undoable(session, batch, operator_id=account.operator_id)
    answer = see_other(request, "banks.show", bank_id=bank.id)
    # What every chosen item had already leaves nothing to undo, and is said all the same.
    answer.headers["location"] += asked.query(batch=batch) if changed else asked.query(notice="unchanged")
    return answer


@router.post("/undo", name="undos.create")
def undo(request: Request, fields: FormFields, session: Transaction, account: SignedIn, now: Now) -> RedirectResponse:
    """Take back what was done at once, and go back to where it was seen."""
    items = history.undo(
        session,
        _id(first(fields, "batch")),
        operator_id=account.operator_id,
        author_id=account.id,
        now=now,
    )
    back = first(fields, "back")
    answer = see_other(request, "banks.show", bank_id=items[0].bank_id)
    address = back if LOCAL_PATH.fullmatch(back) else answer.headers["location"]
    answer.headers["location"] = f"{address}{'&' if '?' in address else '?'}notice=undone"
    return answer


def _wanted(fields: Fields) -> tuple[str, list[UUID], bool]:
    """Return the act, the items (those ticked, or the one whose own button was pressed), and whether all that match are meant."""
    for act in ROW_ACTS:
        if act in fields:
            return act, _ids(fields[act]), False
    return first(fields, "act"), _ids(fields.get("items", [])), first(fields, "all") == "matching"


def _ids(values: list[str]) -> list[UUID]:
    return list(dict.fromkeys(_id(value) for value in values))


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        # An id that nobody has: it is not found, as any other.
        return UUID(int=0)
