"""The finer rules of a section in the form that composes an assessment: what was typed, and what it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assess.blueprint import ContentQuota, Section
from assess.supplies import BankContents
from storage.wording import N_
from web.forms import Fields, first
from web.i18n import gettext
from web.rendering import FormError

EMPTY_ROWS = 1
"""How many empty rows for quotas are offered: a button adds the next."""
QUOTAS_LIMIT = 12
ENEMIES_LIMIT = 50
ROUTERS = range(1, 31)
SEEDS = range(21)
LONGEST = 4
CODES = re.compile(r"[\s,;]+")
KIND = re.compile(r"(level|type|tag) (.{1,60})")


@dataclass(frozen=True, slots=True)
class QuotaFields:
    """What was typed for one quota. `kind` is `level A2`, `type choice` or `tag money`; empty: none."""

    kind: str = ""
    minimum: str = ""
    maximum: str = ""


@dataclass(frozen=True, slots=True)
class RuleFields:
    """What was typed for the finer rules of a section."""

    router: str = "4"
    certainty: str = ""
    information: str = ""
    """Below which information of the best question left an adaptive section stops; empty is never."""
    seeds: str = "0"
    starts_from: str = ""
    carried: str = "0.7"
    spread: str = "4"
    quotas: tuple[QuotaFields, ...] = ()
    enemies: str = ""
    unspared: str = ""
    """`yes` takes away how often single items may be used, which a simulation found."""

    @property
    def rows(self) -> tuple[QuotaFields, ...]:
        """Return the quotas with empty rows after them."""
        return (*self.quotas, *[QuotaFields()] * max(0, min(EMPTY_ROWS, QUOTAS_LIMIT - len(self.quotas))))

    @property
    def enemy_sets(self) -> list[tuple[str, ...]]:
        """Return the sets of codes that were typed, one a line, each code once."""
        lines = (dict.fromkeys(code for code in CODES.split(line) if code) for line in self.enemies.splitlines())
        return [tuple(line) for line in lines if line]


def rule_fields(fields: Fields, name: str) -> RuleFields:
    """Return what a form sent for the section of this name; a field that it did not send is as usual."""
    usual = RuleFields()

    def value(about: str) -> str:
        return first(fields, f"{name}.{about}") if f"{name}.{about}" in fields else getattr(usual, about)

    rows = [
        QuotaFields(*(first(fields, f"{name}.quotas.{row}.{about}") for about in ("kind", "minimum", "maximum")))
        for row in range(1, QUOTAS_LIMIT + 1)
    ]
    return RuleFields(
        router=value("router"),
        certainty=value("certainty"),
        information=value("information"),
        seeds=value("seeds"),
        starts_from=value("starts_from"),
        carried=value("carried"),
        spread=value("spread"),
        quotas=tuple(row for row in rows if row.kind or row.minimum or row.maximum),
        enemies=value("enemies"),
        unspared=value("unspared"),
    )


def typed_rules(section: Section) -> RuleFields:
    """Return the form of a section as it stands."""
    return RuleFields(
        router=str(section.router or RuleFields().router),
        certainty=exact(section.certainty),
        information=exact(section.least_information),
        seeds=str(section.seeds),
        starts_from=section.starts_from or "",
        carried=exact(section.carried),
        spread=str(section.randomesque),
        quotas=tuple(
            QuotaFields(
                f"{quota.by} {quota.value}",
                str(quota.minimum) if quota.minimum else "",
                "" if quota.maximum is None else str(quota.maximum),
            )
            for quota in section.quotas
        ),
        enemies="\n".join(" ".join(group) for group in section.enemies),
    )


def read_rules(
    typed: RuleFields, name: str, *, mode: str, items: int, contents: BankContents | None
) -> tuple[dict[str, Any], list[FormError]]:
    """Return the finer rules as `Section` takes them, or all that is wrong with them."""
    errors: list[FormError] = []

    def wrong(about: str, message: str, **values: object) -> None:
        errors.append(FormError(f"{name}.{about}", gettext(message, **values)))

    router, seeds = _number(typed.router), _number(typed.seeds)
    if mode == "two_stage" and (router is None or router not in ROUTERS or router >= items):
        wrong("router", N_("Say how many items the first stage has: fewer than in all, {items}."), items=items)
    if seeds is None or seeds not in SEEDS:
        wrong("seeds", N_("Say how many pilot items are mixed in: a number from {first} to {last}."), first=0, last=20)
    quotas = _quotas(typed, items, contents, wrong)
    enemies = typed.enemy_sets
    unknown = sorted({code for group in enemies for code in group} - (contents.codes if contents else frozenset()))
    if unknown:
        wrong("enemies", N_("This bank has no item with the code: {codes}."), codes=", ".join(unknown[:5]))
    if any(len(group) == 1 for group in enemies):
        wrong("enemies", N_("Give at least two codes on each line."))
    if len(enemies) > ENEMIES_LIMIT:
        wrong("enemies", N_("Write at most {limit} lines."), limit=ENEMIES_LIMIT)
    chooses = mode != "fixed"
    return {
        "router": router if mode == "two_stage" else None,
        "certainty": typed.certainty or None if mode == "adaptive" else None,
        "least_information": typed.information or None if mode == "adaptive" else None,
        "seeds": seeds or 0,
        "starts_from": typed.starts_from or None if chooses else None,
        "carried": typed.carried or 0.7,
        "randomesque": typed.spread or 4,
        "quotas": quotas,
        "enemies": enemies,
    }, errors


def _quotas(typed: RuleFields, items: int, contents: BankContents | None, wrong: Any) -> list[ContentQuota]:
    quotas: dict[str, ContentQuota] = {}
    for row, one in enumerate(typed.quotas, 1):
        found = KIND.fullmatch(one.kind)
        least, most = (_number(text) if text.strip() else None for text in (one.minimum, one.maximum))
        where = f"quotas.{row}"
        if found is None:
            wrong(f"{where}.kind", N_("Choose what this quota is about, or empty its numbers."))
        elif one.kind in quotas:
            wrong(f"{where}.kind", N_("Another quota is about this, too. Keep one of them."))
        elif (one.minimum.strip() and least is None) or (one.maximum.strip() and most is None):
            wrong(f"{where}.minimum", N_("Give whole numbers, or leave one of them empty."))
        elif least is None and most is None:
            wrong(f"{where}.minimum", N_("Say at least how many, at most how many, or both."))
        elif max(least or 0, 0 if most is None else most) > items or (most is not None and (least or 0) > most):
            wrong(f"{where}.minimum", N_("From the fewest to the most, and no more than in all: {items}."), items=items)
        elif (least or 0) > (contents.count(found[1], found[2]) if contents else 0):
            count = contents.count(found[1], found[2]) if contents else 0
            wrong(f"{where}.minimum", N_("This bank has {count} live items of that kind."), count=count)
        else:
            quotas[one.kind] = ContentQuota.model_validate(
                {"by": found[1], "value": found[2], "minimum": least or 0, "maximum": most}
            )
    owed = max(sum(quota.minimum for quota in quotas.values() if quota.by == by) for by in ("level", "type"))
    if owed > items:
        wrong(
            "quotas.1.minimum",
            N_("The quotas ask for {owed} items in all, and there are {items}."),
            owed=owed,
            items=items,
        )
    return list(quotas.values())


def _number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST else None


def kept_rules(before: Section | None, typed: RuleFields) -> Mapping[str, Any]:
    """Return the rules that a simulation found, which a change of the form keeps unless it says otherwise."""
    return {"exposure": before.exposure} if before and typed.unspared != "yes" else {}


def exact(value: float | None) -> str:
    """Return a number so that it is the same number when it is read again; nothing for none."""
    return "" if value is None else str(value).removesuffix(".0")
