"""A large bank of bilingual items that look like real ones: made from lists of goods, people and places, the same at every run."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from sqlmodel import Session

from question_banks.cards import refresh_cards
from question_banks.content import AuthorEstimate, ItemContent
from question_banks.freezing import digest_of
from question_banks.interactions import (
    ChoiceInteraction,
    JudgementInteraction,
    MatchInteraction,
    NumericInteraction,
    Option,
    OrderInteraction,
    TextEntryInteraction,
)
from question_banks.models import Bank, Item, ItemDraft, ItemTag, ItemVersion
from question_banks.rules import JudgementRule, MatchRule, NumberRule, OrderRule, PairsRule, TextRule
from question_banks.translation import agree_all

SEED = 20_261_126
LEVELS = ("1", "2", "3", "4")
GOODS = (
    ("le pain", "het brood"), ("les pommes", "de appels"), ("le lait", "de melk"), ("le fromage", "de kaas"),
    ("les œufs", "de eieren"), ("le beurre", "de boter"), ("la farine", "de bloem"), ("le riz", "de rijst"),
    ("le café", "de koffie"), ("le thé", "de thee"), ("le savon", "de zeep"), ("les piles", "de batterijen"),
    ("les ampoules", "de lampen"), ("la peinture", "de verf"), ("les clous", "de spijkers"), ("les bottes", "de laarzen"),
    ("les chemises", "de hemden"), ("les rideaux", "de gordijnen"), ("les crayons", "de potloden"), ("le papier", "het papier"),
)  # fmt: skip
PEOPLE = (
    "Amina", "Lotte", "Youssef", "Bram", "Fatou", "Chloé", "Mehmet", "Wout", "Nadia", "Louis", "Ewa", "Joris", "Sara", "Idris",
    "Camille", "Tuur",
)  # fmt: skip
PLACES = (
    ("au rayon frais", "in de versafdeling"), ("à la caisse", "aan de kassa"), ("dans la réserve", "in het magazijn"),
    ("au comptoir", "aan de toonbank"), ("à l'entrée", "aan de ingang"), ("sur le parking", "op de parking"),
    ("au guichet", "aan het loket"), ("dans la vitrine", "in de etalage"),
)  # fmt: skip
MOMENTS = (
    ("lundi matin", "maandagochtend"), ("à midi", "'s middags"), ("samedi soir", "zaterdagavond"),
    ("avant l'ouverture", "voor de opening"), ("juste avant la fermeture", "vlak voor sluitingstijd"),
    ("pendant les soldes", "tijdens de solden"), ("le premier jour", "op de eerste dag"),
)  # fmt: skip
TAGS = ("prix", "sécurité", "accueil", "stock", "hygiène", "calcul", "étiquette", "plainte", "livraison", "équipe")
STATUSES = ("live",) * 7 + ("pilot", "draft", "retired")

Words = dict[str, str]


def words(fr: str, nl: str) -> Words:
    """Return a text in both languages."""
    return {"fr": fr, "nl": nl}


def fill_bank(session: Session, *, operator_id: UUID, code: str, count: int, now: datetime) -> Bank:
    """Store a bank of so many items, seven in ten of them live, with their versions, some working copies, tags and cards."""
    rng = Random(SEED)
    bank = Bank(
        operator_id=operator_id,
        code=code,
        title=words(f"Grande banque ({count})", f"Grote bank ({count})"),
        competence="retail",
        languages=["fr", "nl"],
        licence="CC0-1.0",
        created_at=now,
    )
    session.add(bank)
    session.flush()
    for position, content in enumerate(contents(rng, count)):
        _store(session, bank, position, content, rng, now=now)
    session.flush()
    refresh_cards(session, bank.id, now=now)
    return bank


def contents(rng: Random, count: int) -> Iterator[ItemContent]:
    """Yield items of several kinds; about one in twelve lacks its Dutch, as in a bank that is being translated."""
    for number in range(count):
        content = rng.choice(KINDS)(rng, number)
        tags = tuple(sorted(set(rng.choices(TAGS, k=rng.randrange(4)))))
        level = rng.choice(LEVELS)
        estimate = AuthorEstimate(
            b=round(rng.gauss((LEVELS.index(level) - 1.5) * 0.9, 0.6), 1), a=rng.choice((0.8, 1.0, 1.2))
        )
        content = content.model_copy(update={"tags": tags, "level": level, "estimate": estimate})
        yield content if rng.randrange(12) else content.model_copy(update={"body": {"fr": content.body["fr"]}})


def _store(session: Session, bank: Bank, position: int, content: ItemContent, rng: Random, *, now: datetime) -> None:
    status = rng.choice(STATUSES)
    item = Item(bank_id=bank.id, code=f"grand-{position:05}", position=position, status=status)
    at = now - timedelta(minutes=rng.randrange(500_000))
    if status != "draft":
        version = ItemVersion(item_id=item.id, number=1, content=content, digest=digest_of(content), created_at=at)
        item.current_version_id = version.id
        session.add(version)
    if status == "draft" or not rng.randrange(6):
        stage = rng.choice(("draft", "draft", "review", "approved")) if status == "draft" else "draft"
        agreed = agree_all(content)
        if status != "draft":
            content = content.model_copy(
                update={"body": {**content.body, "fr": content.body["fr"] + " Regardez bien."}}
            )
        session.add(
            ItemDraft(
                item_id=item.id, content=content, stage=stage, revision=1, agreed=agreed, editor_ids=[], updated_at=at
            )
        )
    session.add(item)
    session.add_all(ItemTag(item_id=item.id, bank_id=bank.id, tag=tag) for tag in content.tags)


def _scene(rng: Random) -> tuple[Words, Words]:
    """Return a situation, and what it is about."""
    person, (place_fr, place_nl), (when_fr, when_nl) = rng.choice(PEOPLE), rng.choice(PLACES), rng.choice(MOMENTS)
    good_fr, good_nl = rng.choice(GOODS)
    amount = rng.randrange(2, 60)
    body = words(
        f"{when_fr.capitalize()}, {person} travaille {place_fr}. Il y a {amount} personnes qui attendent {good_fr}.",
        f"{when_nl.capitalize()} werkt {person} {place_nl}. Er wachten {amount} mensen op {good_nl}.",
    )
    return body, words(good_fr, good_nl)


def _options(rng: Random, count: int = 4) -> tuple[Option, ...]:
    drawn = [(fr, nl, rng.randrange(1, 9)) for fr, nl in rng.sample(GOODS, count)]
    return tuple(
        Option(id="abcdef"[number], text=words(f"{fr.capitalize()}, {often} fois", f"{nl.capitalize()}, {often} keer"))
        for number, (fr, nl, often) in enumerate(drawn)
    )


def _choice(rng: Random, number: int) -> ItemContent:
    body, good = _scene(rng)
    prompt = words(f"Que prenez-vous en premier après {good['fr']} ?", f"Wat neemt u eerst na {good['nl']}?")
    asked = ChoiceInteraction(id="r1", prompt=prompt, options=_options(rng))
    return _item(body, asked, MatchRule(key=frozenset(rng.choice("abcd"))), number)


def _number(rng: Random, number: int) -> ItemContent:
    body, _ = _scene(rng)
    price, pieces = rng.randrange(40, 900), rng.randrange(2, 12)
    prompt = words(
        f"Une pièce coûte {price / 100:.2f} €. Combien coûtent {pieces} pièces ?".replace(".", ",", 1),
        f"Eén stuk kost {price / 100:.2f} €. Hoeveel kosten {pieces} stuks?".replace(".", ",", 1),
    )
    asked = NumericInteraction(id="r1", prompt=prompt, unit=words("€", "€"))
    return _item(body, asked, NumberRule(key=Decimal(price * pieces) / 100), number)


def _word(rng: Random, number: int) -> ItemContent:
    body, good = _scene(rng)
    prompt = words("Qu'est-ce qui manque ? Écrivez un mot.", "Wat ontbreekt er? Schrijf één woord.")
    accept = {code: (text.split()[-1],) for code, text in good.items()}
    return _item(body, TextEntryInteraction(id="r1", prompt=prompt), TextRule(accept=accept), number)


def _order(rng: Random, number: int) -> ItemContent:
    body, _ = _scene(rng)
    options = _options(rng)
    prompt = words("Dans quel ordre rangez-vous cela ?", "In welke volgorde legt u dit weg?")
    rule = OrderRule(key=tuple(one.id for one in options), count="adjacent", points=2)
    return _item(body, OrderInteraction(id="r1", prompt=prompt, options=options), rule, number)


def _match(rng: Random, number: int) -> ItemContent:
    body, _ = _scene(rng)
    rows = tuple(Option(id=f"x{place}", text=words(fr, nl)) for place, (fr, nl) in enumerate(rng.sample(PLACES, 3)))
    options = _options(rng, 3)
    prompt = words("Que mettez-vous où ?", "Wat legt u waar?")
    key = frozenset((row.id, option.id) for row, option in zip(rows, options, strict=True))
    return _item(body, MatchInteraction(id="r1", prompt=prompt, rows=rows, options=options), PairsRule(key=key), number)


def _judgement(rng: Random, number: int) -> ItemContent:
    body, good = _scene(rng)
    prompt = words(
        f"Un client se plaint : {good['fr']} manque. Que faites-vous ?",
        f"Een klant klaagt: {good['nl']} ontbreekt. Wat doet u?",
    )
    options = _options(rng)
    worth = {one.id: float(value) for one, value in zip(options, rng.sample((1, 2, 3, 4), 4), strict=True)}
    return _item(
        body, JudgementInteraction(id="r1", prompt=prompt, options=options), JudgementRule(effectiveness=worth), number
    )


def _item(body: Words, interaction: object, rule: object, number: int) -> ItemContent:
    return ItemContent(
        languages=("fr", "nl"),
        body=body,
        interactions=(interaction,),
        rules={"r1": rule},
        competence="retail",
        seconds=30 + number % 5 * 15,
    )


KINDS: tuple[Callable[[Random, int], ItemContent], ...] = (
    _choice,
    _choice,
    _choice,
    _number,
    _word,
    _order,
    _match,
    _judgement,
)
