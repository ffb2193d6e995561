"""The filters of a bank's list: what an address asks for, and the form that asks. No query of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from question_banks import listing
from question_banks.listing import ORDERS, CardFilter, Facets
from question_banks.models import Bank, Competence
from question_banks.summaries import level_order
from question_banks.texts import in_language
from storage.wording import N_
from web import i18n
from web.item_words import STATUSES, finding_code_words, language_name, type_words

FIELDS = {
    "q": "words",
    "status": "status",
    "level": "level",
    "competence": "competence",
    "type": "type",
    "tag": "tag",
    "language": "language",
    "finding": "finding",
    "archived": "archived",
    "order": "order",
}
"""What a filter is called in the address, and what in a `CardFilter`."""
LABELS = {
    "q": N_("Search"),
    "status": N_("Status"),
    "level": N_("Level"),
    "competence": N_("Competence"),
    "type": N_("Type"),
    "tag": N_("Tag"),
    "language": N_("Language"),
    "finding": N_("Findings"),
    "archived": N_("Put away"),
    "order": N_("Order"),
}
ORDER_WORDS = {
    "position": N_("As in the bank"),
    "code": N_("By code"),
    "newest": N_("Last changed first"),
    "easiest": N_("Easiest first"),
    "hardest": N_("Hardest first"),
}
FINDING_WORDS = {
    "any": N_("With findings"),
    "blocking": N_("Something must be mended"),
    "none": N_("Without findings"),
}
NAMED = N_("{name}: {value}")
VALUE_LIMIT = 200
TAGS_SHOWN = 200

Choice = tuple[str, str]
"""A value of a list that opens, and its words."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: filters, a place in the list, rows that are chosen beforehand."""

    chosen: CardFilter
    after: UUID | None = None
    before: UUID | None = None
    picked: frozenset[UUID] = frozenset()
    batch: UUID | None = None
    """What was done just now, and can be undone."""

    def query(self, **changes: Any) -> str:
        """Return the filters and the place as the query of an address, with its question mark; empty when there is nothing."""
        values: dict[str, Any] = {name: getattr(self.chosen, attribute) for name, attribute in FIELDS.items()}
        values |= {"archived": "yes" if self.chosen.archived else "", "after": self.after, "before": self.before}
        values["order"] = "" if self.chosen.order == "position" else self.chosen.order
        kept = {name: str(value) for name, value in (values | changes).items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def read_asked(query: Mapping[str, str]) -> Asked:
    """Return what an address asks for; what it cannot ask for is passed over."""
    values: dict[str, Any] = {
        attribute: " ".join(query.get(name, "").replace("\0", "").split())[:VALUE_LIMIT]
        for name, attribute in FIELDS.items()
    }
    values["archived"] = values["archived"] == "yes"
    values["order"] = values["order"] if values["order"] in ORDERS else "position"
    picked = (_uuid(part) for part in query.get("pick", "").split(",")[: listing.PAGE_SIZE])
    return Asked(
        CardFilter(**values),
        after=_uuid(query.get("after", "")),
        before=_uuid(query.get("before", "")),
        picked=frozenset(one for one in picked if one),
        batch=_uuid(query.get("batch", "")),
    )


def filter_form(asked: Asked, bank: Bank, facets: Facets, competences: Mapping[str, Competence]) -> dict[str, Any]:
    """Return the lists that open of the filter form, and the filters that are on."""
    chosen = asked.chosen
    anything = ("", i18n.gettext(N_("All")))
    languages = [
        (f"{code}-{state}", i18n.gettext(words, language=language_name(code)))
        for code in bank.languages
        for state, words in (("missing", N_("{language}: incomplete")), ("changed", N_("{language}: to look at again")))
    ]
    findings = [(code, i18n.gettext(words)) for code, words in FINDING_WORDS.items()]
    choices: dict[str, list[Choice]] = {
        "status": [(code, i18n.gettext(text)) for code, (text, _) in STATUSES.items() if code != "archived"],
        "level": _counted(dict(sorted(facets.levels.items(), key=lambda one: level_order(one[0])))),
        "competence": [(code, competence_words(code, competences)) for code in sorted(facets.competences) if code],
        "type": [(code, type_words(code)) for code in facets.types],
        "tag": _counted(dict(list(facets.tags.items())[:TAGS_SHOWN])),
        "language": languages,
        "finding": findings,
        "order": [(code, i18n.gettext(words)) for code, words in ORDER_WORDS.items()],
    }
    values = {name: str(getattr(chosen, attribute)) for name, attribute in FIELDS.items()}
    words = {name: _word_of(name, values[name], choices.get(name, [])) for name in FIELDS}
    for name, options in choices.items():
        if values[name] and all(value != values[name] for value, _ in options):
            options.append((values[name], words[name]))
    chips = [
        Chip(
            i18n.gettext(NAMED, name=i18n.gettext(LABELS[name]), value=words[name]),
            asked.query(**{name: "", "after": None, "before": None}),
        )
        for name in FIELDS
        if name not in ("archived", "order") and values[name]
    ]
    if chosen.archived:
        name = "archived"
        chips.append(Chip(i18n.gettext(LABELS[name]), asked.query(archived="", after=None, before=None)))
    return {
        "values": values,
        "choices": {name: options if name == "order" else [anything, *options] for name, options in choices.items()},
        "chips": chips,
        "is_archived": chosen.archived,
        "archived_count": facets.archived,
        # What is rarely asked stays folded until it is.
        "has_further": any(values[name] for name in ("competence", "type", "tag", "language")) or chosen.archived,
    }


def _word_of(name: str, value: str, options: Sequence[Choice]) -> str:
    if name == "finding" and value and value not in FINDING_WORDS:
        return finding_code_words(value)
    if name in ("level", "tag"):
        return value
    return next((words for code, words in options if code == value), value)


def _counted(counts: Mapping[str, int]) -> list[Choice]:
    return [(value, f"{value} ({count})") for value, count in counts.items() if value]


def competence_words(code: str, competences: Mapping[str, Competence]) -> str:
    """Return the name of a competence in the reader's language; a code that nobody knows is shown as it is."""
    return in_language(competences[code].name, i18n.current.get()) if code in competences else code


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
