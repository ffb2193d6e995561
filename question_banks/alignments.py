"""Links from a competence to frameworks of others: their relations, their targets, which addresses can be. Pure.

ESCO and the rest of the web are linked by address. Of three frameworks we know the parts by name, as short labels of our own:
a code like `cefr:reading-instructions` stands for one of them. Sources of the names: the CEFR Companion Volume (Council of
Europe, 2020), DigComp 3.0 (European Commission, 2025), LifeComp (European Commission, 2020).
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from question_banks.texts import Texts
from storage.wording import N_

FrameworkCode = Literal["esco", "cefr", "digcomp", "lifecomp"]
FRAMEWORKS: tuple[FrameworkCode, ...] = get_args(FrameworkCode)

Relation = Literal["exact", "close", "broad", "narrow", "related"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
"""SKOS mapping relations: `broad` says that the target is the broader one."""

KNOWN_HOSTS = {
    "esco": ("data.europa.eu", "esco.ec.europa.eu", "ec.europa.eu"),
    "cefr": ("www.coe.int", "rm.coe.int"),
    "digcomp": ("joint-research-centre.ec.europa.eu", "publications.jrc.ec.europa.eu", "data.europa.eu"),
    "lifecomp": ("joint-research-centre.ec.europa.eu", "publications.jrc.ec.europa.eu", "data.europa.eu"),
}
"""Where a framework's own addresses are: another host is told apart on the page, never refused."""

UNENCRYPTED_HOST = "data.europa.eu"
"""The one host of http addresses: there they are names of things, and what ESCO itself calls its concepts by."""

ADDRESS_LENGTH = 500
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")


@dataclass(frozen=True, slots=True)
class Target:
    """A part of a framework that we know by its name."""

    framework: FrameworkCode
    code: str
    name: Texts

    @property
    def uri(self) -> str:
        """What stands for it where a web address would."""
        return f"{self.framework}:{self.code}"


def find_target(uri: str) -> Target | None:
    """Return the known target of that code, or None."""
    return _BY_URI.get(uri)


def address_fault(address: str) -> str:
    """Return what is wrong with a web address, as a sentence to translate; empty when it can be linked to."""
    if (
        not address
        or len(address) > ADDRESS_LENGTH
        or not address.isascii()
        or not address.isprintable()
        or " " in address
    ):
        return N_("Give the whole web address, for example one that begins with https://.")
    try:
        parts = urlsplit(address)
        host, port, strangers = parts.hostname or "", parts.port, parts.username or parts.password
    except ValueError:
        return N_("Give the whole web address, for example one that begins with https://.")
    if parts.scheme == "http" and host != UNENCRYPTED_HOST:
        return N_("The address must begin with https://. Only addresses of data.europa.eu may begin with http://.")
    if parts.scheme not in ("http", "https") or strangers is not None or port is not None or not _HOST.fullmatch(host):
        return N_("Give the whole web address, for example one that begins with https://.")
    return ""


def is_of_framework(framework: str, address: str) -> bool:
    """Tell whether the address lies where the framework's own addresses are."""
    return find_target(address) is not None or urlsplit(address).hostname in KNOWN_HOSTS.get(framework, ())


def _targets(framework: FrameworkCode, rows: str) -> tuple[Target, ...]:
    targets = []
    for row in rows.strip().splitlines():
        code, english, french, dutch = (cell.strip() for cell in row.split("|"))
        targets.append(Target(framework, code, {"en": english, "fr": french, "nl": dutch}))
    return tuple(targets)


TARGETS = (
    *_targets(
        "cefr",
        """
        overall-oral-comprehension | Overall oral comprehension | Compréhension de l’oral en général | Mondelinge taal begrijpen, algemeen
        conversation-between-others | Understanding a conversation between others | Comprendre une conversation entre d’autres personnes | Een gesprek tussen anderen begrijpen
        live-audience | Understanding as a member of a live audience | Comprendre comme auditeur dans un public | Begrijpen als toehoorder in een publiek
        announcements | Understanding announcements and instructions | Comprendre des annonces et des instructions | Aankondigingen en instructies begrijpen
        recordings | Understanding media and recordings | Comprendre des médias et des enregistrements | Media en opnames begrijpen
        overall-reading-comprehension | Overall reading comprehension | Compréhension de l’écrit en général | Lezen, algemeen
        reading-correspondence | Reading correspondence | Lire la correspondance | Correspondentie lezen
        reading-for-orientation | Reading for orientation | Lire pour s’orienter | Lezen om zich te oriënteren
        reading-for-information | Reading for information and argument | Lire pour s’informer et discuter | Lezen om informatie en argumenten
        reading-instructions | Reading instructions | Lire des instructions | Instructies lezen
        reading-leisure | Reading as a leisure activity | Lire comme loisir | Lezen in de vrije tijd
        overall-oral-production | Overall oral production | Production orale en général | Mondelinge productie, algemeen
        describing-experience | Sustained monologue: describing experience | Monologue suivi : raconter une expérience | Monoloog: ervaringen beschrijven
        giving-information | Sustained monologue: giving information | Monologue suivi : donner des informations | Monoloog: informatie geven
        putting-a-case | Sustained monologue: putting a case | Monologue suivi : argumenter | Monoloog: een standpunt verdedigen
        public-announcements | Public announcements | Faire des annonces publiques | Publieke aankondigingen doen
        addressing-audiences | Addressing audiences | S’adresser à un public | Een publiek toespreken
        overall-written-production | Overall written production | Production écrite en général | Schriftelijke productie, algemeen
        creative-writing | Creative writing | Écriture créative | Creatief schrijven
        reports-and-essays | Reports and essays | Rapports et essais | Verslagen en opstellen
        overall-oral-interaction | Overall oral interaction | Interaction orale en général | Mondelinge interactie, algemeen
        understanding-interlocutor | Understanding an interlocutor | Comprendre un interlocuteur | Een gesprekspartner begrijpen
        conversation | Conversation | Conversation | Conversatie
        informal-discussion | Informal discussion | Discussion informelle | Informele discussie
        formal-discussion | Formal discussion | Discussion formelle | Formele discussie
        goal-oriented-cooperation | Goal-oriented co-operation | Coopération en vue d’un but | Doelgericht samenwerken
        goods-and-services | Obtaining goods and services | Obtenir des biens et des services | Goederen en diensten verkrijgen
        information-exchange | Information exchange | Échange d’informations | Informatie uitwisselen
        interviewing | Interviewing and being interviewed | Interviewer et être interviewé | Interviewen en geïnterviewd worden
        telecommunications | Using telecommunications | Utiliser les télécommunications | Telecommunicatie gebruiken
        overall-written-interaction | Overall written interaction | Interaction écrite en général | Schriftelijke interactie, algemeen
        correspondence | Correspondence | Correspondance | Correspondentie
        notes-messages-forms | Notes, messages and forms | Notes, messages et formulaires | Notities, berichten en formulieren
        online-conversation | Online conversation and discussion | Conversation et discussion en ligne | Online conversatie en discussie
        online-transactions | Online transactions and collaboration | Transactions et collaboration en ligne | Online transacties en samenwerking
        overall-mediation | Overall mediation | Médiation en général | Mediatie, algemeen
        relaying-information | Relaying specific information | Transmettre des informations précises | Specifieke informatie doorgeven
        explaining-data | Explaining data | Expliquer des données | Gegevens uitleggen
        processing-text | Processing text | Traiter un texte | Tekst verwerken
        translating | Translating a written text | Traduire un texte écrit | Een geschreven tekst vertalen
        note-taking | Note-taking | Prise de notes | Notities nemen
        """,
    ),
    *_targets(
        "digcomp",
        """
        1 | Information search, evaluation and management | Recherche, évaluation et gestion de l’information | Informatie zoeken, beoordelen en beheren
        2 | Communication and collaboration | Communication et collaboration | Communicatie en samenwerking
        3 | Content creation | Création de contenus | Inhoud maken
        4 | Safety, wellbeing and responsible use | Sécurité, bien-être et usage responsable | Veiligheid, welzijn en verantwoord gebruik
        5 | Problem identification and solving | Identification et résolution de problèmes | Problemen herkennen en oplossen
        """,
    ),
    *_targets(
        "lifecomp",
        """
        P1 | Self-regulation | Autorégulation | Zelfregulatie
        P2 | Flexibility | Flexibilité | Flexibiliteit
        P3 | Wellbeing | Bien-être | Welzijn
        S1 | Empathy | Empathie | Empathie
        S2 | Communication | Communication | Communicatie
        S3 | Collaboration | Collaboration | Samenwerking
        L1 | Growth mindset | Esprit de développement | Groeimindset
        L2 | Critical thinking | Pensée critique | Kritisch denken
        L3 | Managing learning | Gestion de l’apprentissage | Leren sturen
        """,
    ),
)
"""What can be chosen by name: activity scales of the CEFR, areas of DigComp 3.0, competences of LifeComp."""

_BY_URI = {target.uri: target for target in TARGETS}
