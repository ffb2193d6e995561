"""One small item for each way of answering, in French and Dutch, with what its form sends when it is answered rightly."""

from dataclasses import dataclass
from decimal import Decimal

from question_banks.content import ItemContent, Media
from question_banks.interactions import (
    Area,
    AssociateInteraction,
    ChoiceInteraction,
    CTestInteraction,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    HotspotInteraction,
    HottextInteraction,
    Interaction,
    JudgementInteraction,
    MatchInteraction,
    NamedArea,
    NumericInteraction,
    Option,
    OrderInteraction,
    SelectPointInteraction,
    SliderInteraction,
    SpokenInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from question_banks.media import inspect_media
from question_banks.rules import (
    AreaRule,
    Criterion,
    CTestRule,
    JudgementRule,
    MatchRule,
    NumberRule,
    OrderRule,
    PairsRule,
    PerOptionRule,
    RatedRule,
    Rule,
    ScoredArea,
    TextRule,
    UnscoredRule,
)
from question_banks.texts import Texts
from tests.media import picture, wav

PICTURE, PICTURE_BYTES = inspect_media("kitchen.png", picture("PNG", (800, 600)))
SOUND, SOUND_BYTES = inspect_media("bell.wav", wav())


@dataclass(frozen=True)
class Sample:
    """An item with one interaction, and the fields of a form that answers it rightly in Dutch."""

    content: ItemContent
    fields: dict[str, list[str]]


def texts(nl: str, fr: str) -> Texts:
    return {"nl": nl, "fr": fr}


def option(key: str, nl: str, fr: str, image: str = "") -> Option:
    return Option(id=key, text=texts(nl, fr), image=image)


def item(
    interaction: Interaction, rule: Rule, *, body: Texts | None = None, media: tuple[Media, ...] = ()
) -> ItemContent:
    return ItemContent(
        languages=("nl", "fr"),
        body=body or texts("Je werkt in een keuken.", "Vous travaillez dans une cuisine."),
        media=media,
        interactions=(interaction,),
        rules={interaction.id: rule},
        competence="numeracy",
        level="2",
        seconds=60,
        rationale=texts("Geheim waarom.", "Raison secrète."),
    )


KITCHEN = Media(
    id="m1", kind="image", files={"any": PICTURE}, alt=texts("Een keuken met een oven", "Une cuisine avec un four")
)
BELL = Media(
    id="m2", kind="audio", files={"any": SOUND}, alt=texts("Een bel", "Une cloche"), transcript=texts("Ding!", "Dring !"),
    play_limit=2,
)  # fmt: skip
STEPS = (
    option("a", "Was je handen", "Lavez vos mains"),
    option("b", "Trek je schort aan", "Mettez votre tablier"),
    option("c", "Begin te koken", "Commencez à cuisiner"),
)
ACTIONS = (
    option("a", "Ik vraag uitleg aan mijn chef.", "Je demande des explications."),
    option("b", "Ik wacht tot iemand iets zegt.", "J’attends que quelqu’un parle."),
    option("c", "Ik ga naar huis.", "Je rentre chez moi."),
)
EFFECTIVENESS = {"a": 4.0, "b": 2.0, "c": 1.0}
PASSAGE = texts("Ik was de {{g1}} en snijd het {{g2}}.", "Je lave la {{g1}} et je coupe le {{g2}}.")
WORDS = (option("w1", "sla", "salade"), option("w2", "brood", "pain"), option("w3", "mes", "couteau"))
AREAS = (
    NamedArea(
        id="h1", area=Area(shape="rect", coords=(80, 300, 320, 540)), name=texts("Onder links", "En bas à gauche")
    ),
    NamedArea(
        id="h2", area=Area(shape="circle", coords=(560, 180, 110)), name=texts("Boven rechts", "En haut à droite")
    ),
    NamedArea(
        id="h3",
        area=Area(shape="poly", coords=(420, 560, 520, 380, 700, 540)),
        name=texts("Onder rechts", "En bas à droite"),
    ),
)

SAMPLES = {
    "choice": Sample(
        item(ChoiceInteraction(id="r1", prompt=texts("Wat doe je eerst?", "Que faites-vous d’abord ?"), options=STEPS),
             MatchRule(key=frozenset("a"))),
        {"given.r1": ["a"]},
    ),
    "choice-several": Sample(
        item(ChoiceInteraction(id="r1", prompt=texts("Wat doe je?", "Que faites-vous ?"), options=STEPS, multiple=True),
             PerOptionRule(key=frozenset("ab"), points=2)),
        {"given.r1": ["a", "b"]},
    ),
    "choice-dropdown": Sample(
        item(ChoiceInteraction(id="r1", prompt=texts("Wat doe je eerst?", "Que faites-vous d’abord ?"), options=STEPS,
                               look="dropdown", shuffle=False), MatchRule(key=frozenset("b"))),
        {"given.r1": ["b"]},
    ),
    "choice-inline": Sample(
        item(ChoiceInteraction(id="r1", options=STEPS[:2]), MatchRule(key=frozenset("b")),
             body=texts("Eerst: {{r1}}, dan begin je.", "D’abord : {{r1}}, puis vous commencez.")),
        {"given.r1": ["b"]},
    ),
    "choice-pictures": Sample(
        item(ChoiceInteraction(id="r1", prompt=texts("Waar kook je?", "Où cuisinez-vous ?"), options=(
            Option(id="a", image="m1"), option("b", "In de tuin", "Dans le jardin", image="m1"))),
            MatchRule(key=frozenset("a")), media=(KITCHEN,)),
        {"given.r1": ["a"]},
    ),
    "text_entry": Sample(
        item(TextEntryInteraction(id="r1", prompt=texts("Hoe heet dit?", "Comment s’appelle ceci ?")),
             TextRule(accept={"nl": ("oven",), "fr": ("four",)})),
        {"given.r1": ["oven"]},
    ),
    "text_entry-inline": Sample(
        item(TextEntryInteraction(id="r1", width=8), TextRule(accept={"nl": ("oven",), "fr": ("four",)}),
             body=texts("Het brood zit in de {{r1}}.", "Le pain est dans le {{r1}}.")),
        {"given.r1": ["oven"]},
    ),
    "numeric": Sample(
        item(NumericInteraction(id="r1", prompt=texts("Hoeveel kost het?", "Combien cela coûte-t-il ?"), unit=texts("euro", "euros")),
             NumberRule(key=Decimal("31.5"))),
        {"given.r1": ["31,50"]},
    ),
    "numeric-unit": Sample(
        item(NumericInteraction(id="r1", prompt=texts("Hoe zwaar is het?", "Combien cela pèse-t-il ?"), takes_unit=True),
             NumberRule(key=Decimal(2), units={"kg": Decimal(1), "g": Decimal("0.001")})),
        {"given.r1": ["2000 g"]},
    ),
    "extended_text": Sample(
        item(ExtendedTextInteraction(id="r1", prompt=texts("Schrijf een bericht.", "Écrivez un message."), minimum_words=3,
                                     maximum_words=50), RatedRule(criteria=(Criterion(id="c1"),))),
        {"given.r1": ["Ik kom morgen wat later."]},
    ),
    "upload": Sample(
        item(UploadInteraction(id="r1", prompt=texts("Stuur een foto van je werk.", "Envoyez une photo de votre travail.")),
             RatedRule(criteria=(Criterion(id="c1"),))),
        {},
    ),
    "spoken": Sample(
        item(SpokenInteraction(id="r1", prompt=texts("Stel je voor.", "Présentez-vous."), seconds=90),
             RatedRule(criteria=(Criterion(id="c1"),))),
        {},
    ),
    "order": Sample(
        item(OrderInteraction(id="r1", prompt=texts("Zet in de juiste volgorde.", "Mettez dans le bon ordre."), options=STEPS),
             OrderRule(key=("a", "b", "c"), points=2)),
        {"given.r1.a": ["1"], "given.r1.b": ["2"], "given.r1.c": ["3"]},
    ),
    "match": Sample(
        item(MatchInteraction(id="r1", prompt=texts("Wat hoort waar?", "Qu’est-ce qui va où ?"),
                              rows=(option("x", "Melk", "Lait"), option("y", "Bloem", "Farine")),
                              options=(option("c", "Koelkast", "Frigo"), option("d", "Kast", "Armoire"))),
             PairsRule(key=frozenset({("x", "c"), ("y", "d")}))),
        {"given.r1.x": ["c"], "given.r1.y": ["d"]},
    ),
    "match-table": Sample(
        item(MatchInteraction(id="r1", prompt=texts("Klopt dit voor jou?", "Est-ce vrai pour vous ?"),
                              rows=(option("x", "Ik kom graag op tijd op mijn werk.", "J’aime arriver à l’heure."),
                                    option("y", "Ik werk graag samen.", "J’aime travailler ensemble.")),
                              options=(option("no", "Nee", "Non"), option("so", "Een beetje", "Un peu"), option("yes", "Ja", "Oui")),
                              look="table", shuffle=False),
             PairsRule(key=frozenset({("x", "yes"), ("y", "so")}))),
        {"given.r1.x": ["yes"], "given.r1.y": ["so"]},
    ),
    "match-several": Sample(
        item(MatchInteraction(id="r1", prompt=texts("Wat mag waar?", "Qu’est-ce qui peut aller où ?"), multiple=True,
                              rows=(option("x", "Melk", "Lait"), option("y", "Bloem", "Farine")),
                              options=(option("c", "Koelkast", "Frigo"), option("d", "Kast", "Armoire"))),
             PairsRule(key=frozenset({("x", "c"), ("y", "c"), ("y", "d")}))),
        {"given.r1.x": ["c"], "given.r1.y": ["c", "d"]},
    ),
    "associate": Sample(
        item(AssociateInteraction(id="r1", prompt=texts("Wat hoort samen?", "Qu’est-ce qui va ensemble ?"), pairs=2, options=(
            option("a", "Mes", "Couteau"), option("b", "Vork", "Fourchette"), option("c", "Zout", "Sel"), option("d", "Peper", "Poivre"))),
            PairsRule(key=frozenset({("a", "b"), ("c", "d")}), unordered=True)),
        {"given.r1.1.first": ["a"], "given.r1.1.second": ["b"], "given.r1.2.first": ["d"], "given.r1.2.second": ["c"]},
    ),
    "gap_match": Sample(
        item(GapMatchInteraction(id="r1", prompt=texts("Vul in.", "Complétez."), passage=PASSAGE,
                                 gaps=(Gap(id="g1"), Gap(id="g2")), options=WORDS),
             PairsRule(key=frozenset({("g1", "w1"), ("g2", "w2")}))),
        {"given.r1.g1": ["w1"], "given.r1.g2": ["w2"]},
    ),
    "gap_match-picture": Sample(
        item(GapMatchInteraction(id="r1", prompt=texts("Wat staat waar?", "Qu’est-ce qui est où ?"), image="m1", gaps=(
            Gap(id="g1", area=AREAS[0].area, name=AREAS[0].name), Gap(id="g2", area=AREAS[1].area, name=AREAS[1].name)),
            options=WORDS), PairsRule(key=frozenset({("g1", "w1"), ("g2", "w2")})), media=(KITCHEN,)),
        {"given.r1.g1": ["w1"], "given.r1.g2": ["w2"]},
    ),
    "hotspot": Sample(
        item(HotspotInteraction(id="r1", prompt=texts("Waar is de oven?", "Où est le four ?"), image="m1", areas=AREAS),
             MatchRule(key=frozenset({"h2"})), media=(KITCHEN,)),
        {"given.r1": ["h2"]},
    ),
    "hotspot-several": Sample(
        item(HotspotInteraction(id="r1", prompt=texts("Waar is het warm?", "Où fait-il chaud ?"), image="m1", areas=AREAS,
                                multiple=True), PerOptionRule(key=frozenset({"h1", "h2"})), media=(KITCHEN,)),
        {"given.r1": ["h1", "h2"]},
    ),
    "select_point": Sample(
        item(SelectPointInteraction(id="r1", prompt=texts("Waar is de oven?", "Où est le four ?"), image="m1"),
             AreaRule(areas=(ScoredArea(area=Area(shape="rect", coords=(100, 100, 200, 200))),)), media=(KITCHEN,)),
        {"given.r1": ["150 150"]},
    ),
    "select_point-several": Sample(
        item(SelectPointInteraction(id="r1", prompt=texts("Waar zijn de twee ramen?", "Où sont les deux fenêtres ?"), image="m1",
                                    points=2, columns=4, rows=3),
             AreaRule(areas=(ScoredArea(area=Area(shape="circle", coords=(100, 100, 60))),
                             ScoredArea(area=Area(shape="circle", coords=(700, 500, 60))))), media=(KITCHEN,)),
        {"given.r1": ["100 100", "700 500"]},
    ),
    "hottext": Sample(
        item(HottextInteraction(id="r1", prompt=texts("Welke woorden zijn fout?", "Quels mots sont faux ?"),
                                passage=texts("Het brood {{t1}} warm, maar de sla {{t2}} koud en ik {{t3}} honger.",
                                              "Le pain {{t1}} chaud, mais la salade {{t2}} froide et j’{{t3}} faim."),
                                options=(option("t1", "ben", "suis"), option("t2", "is", "est"), option("t3", "heeft", "as"))),
             PerOptionRule(key=frozenset({"t1", "t3"}))),
        {"given.r1": ["t1", "t3"]},
    ),
    "hottext-one": Sample(
        item(HottextInteraction(id="r1", prompt=texts("Welk woord is fout?", "Quel mot est faux ?"), multiple=False,
                                passage=texts("Het brood {{t1}} warm en de sla {{t2}} koud.", "Le pain {{t1}} chaud et la salade {{t2}} froide."),
                                options=(option("t1", "ben", "suis"), option("t2", "is", "est"))),
             MatchRule(key=frozenset({"t1"}))),
        {"given.r1": ["t1"]},
    ),
    "slider": Sample(
        item(SliderInteraction(id="r1", prompt=texts("Hoe zeker ben je?", "À quel point êtes-vous sûr ?"), low=0, high=10,
                               low_label=texts("helemaal niet", "pas du tout"), high_label=texts("heel zeker", "tout à fait")),
             NumberRule(key=Decimal(7))),
        {"given.r1": ["7"]},
    ),
    "slider-long": Sample(
        item(SliderInteraction(id="r1", prompt=texts("Hoe warm moet de oven zijn?", "À combien de degrés mettre le four ?"),
                               low=0, high=250, step=5, low_label=texts("koud", "froid"), high_label=texts("heel warm", "très chaud"),
                               unit=texts("graden", "degrés")), NumberRule(key=Decimal(180))),
        {"given.r1": ["180"]},
    ),
    "slider-unknown": Sample(
        item(SliderInteraction(id="r1", prompt=texts("Hoeveel jaar werk je al?", "Depuis combien d’années travaillez-vous ?"),
                               low=0, high=40), UnscoredRule()),
        {"given.r1.unknown": ["yes"]},
    ),
    "judgement": Sample(
        item(JudgementInteraction(id="r1", prompt=texts("Je begrijpt de taak niet.", "Vous ne comprenez pas la tâche."), options=ACTIONS),
             JudgementRule(effectiveness=EFFECTIVENESS)),
        {"given.r1.most": ["a"], "given.r1.least": ["c"]},
    ),
    "judgement-best": Sample(
        item(JudgementInteraction(id="r1", prompt=texts("Je begrijpt de taak niet.", "Vous ne comprenez pas la tâche."),
                                  options=ACTIONS, mode="best"), JudgementRule(effectiveness=EFFECTIVENESS)),
        {"given.r1.most": ["a"]},
    ),
    "judgement-rank": Sample(
        item(JudgementInteraction(id="r1", prompt=texts("Je begrijpt de taak niet.", "Vous ne comprenez pas la tâche."),
                                  options=ACTIONS, mode="rank"), JudgementRule(effectiveness=EFFECTIVENESS)),
        {"given.r1.a": ["1"], "given.r1.b": ["2"], "given.r1.c": ["3"]},
    ),
    "judgement-rate": Sample(
        item(JudgementInteraction(id="r1", prompt=texts("Je begrijpt de taak niet.", "Vous ne comprenez pas la tâche."),
                                  options=ACTIONS, mode="rate"), JudgementRule(effectiveness=EFFECTIVENESS)),
        {"given.r1.a": ["4"], "given.r1.b": ["2"], "given.r1.c": ["1"]},
    ),
    "c_test": Sample(
        item(CTestInteraction(id="r1", prompt=texts("Maak de woorden af.", "Complétez les mots."),
                              passage=texts("De bak{{g1}} bakt elke och{{g2}} verse bro{{g3}}.", "Le boul{{g1}} fait chaque mat{{g2}} du pa{{g3}} frais."),
                              gaps=("g1", "g2", "g3")),
             CTestRule(accept={"nl": {"g1": ("ker",), "g2": ("tend",), "g3": ("den",)},
                               "fr": {"g1": ("anger",), "g2": ("in",), "g3": ("in",)}})),
        {"given.r1.g1": ["ker"], "given.r1.g2": ["tend"], "given.r1.g3": ["den"]},
    ),
}  # fmt: skip
