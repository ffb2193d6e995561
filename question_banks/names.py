"""First names, with whether women or men bear them and roughly where they are at home. Pure.

A rough hint and no more: a name tells nothing sure about a person. The list holds names that are common in Brussels, so that a bank
that only knows Jan and Marie shows. Names that women and men bear alike (Camille, Noor, Sacha) are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

Gender = Literal["f", "m"]

BORNE = {
    ("f", "west"): (
        "Marie Julie Sophie Sarah Emma Louise Charlotte Laura Elise Élise Claire Anne Nathalie Isabelle Catherine Chantal "
        "Martine Monique Valérie Céline Aurélie Léa Chloé Manon Lucie Alice Juliette Jeanne Hélène Françoise Brigitte "
        "Lotte Lies Liesbeth Femke Elke Griet An Annelies Katrien Ingrid Hilde Greet Els Ilse Tine Lien Fien Marijke "
        "Sofie Lore Hanne Eva Emilie Émilie Anna Lisa Nina Zoé Zoë Eline Jana Ellen Kim Inès Mila Olivia Victoria Pauline"
    ),
    ("m", "west"): (
        "Jan Luc Marc Thomas Pierre Paul Jean Jacques Michel Philippe Nicolas Olivier Benoît Antoine Julien Louis Arthur "
        "Lucas Hugo Jules Gabriel Simon Maxime Mathieu Martin Victor Guillaume Vincent Laurent Alain André Bernard Didier "
        "Wout Bart Koen Tom Dirk Geert Johan Peter Pieter Piet Stijn Jeroen Bram Daan Senne Seppe Lars Tim Kevin Robbe "
        "Matthias Joris Kristof Frederik Wim Guy Patrick Eric Erik Frank Filip Karel Hendrik Emile Émile Léon Noah David "
        "Quentin Sébastien Jonas Ruben Mathis Théo Alexandre Christophe François Robert Henri Serge Steven"
    ),
    ("f", "arabic"): (
        "Fatima Nadia Samira Khadija Aïcha Aicha Leila Leïla Yasmina Yasmine Amina Karima Malika Naïma Naima Rachida Zineb "
        "Zahra Hanane Imane Salma Soukaina Ikram Hafsa Meryem Mariam Maryam Nour Rania Hind Latifa Houria Siham Souad "
        "Loubna Asma Sana Safia Widad Farah Dounia Ghita Chaïma Jamila Lina Rim Salima Zohra Fatma"
    ),
    ("m", "arabic"): (
        "Mohamed Mohammed Ahmed Youssef Yousef Yassin Yassine Karim Rachid Hassan Hamza Bilal Omar Ali Ibrahim Ayoub "
        "Khalid Mustapha Mustafa Said Saïd Abdel Anas Amine Mehdi Nabil Samir Tarik Tariq Walid Ilyas Ismaël Ismail Adam "
        "Rayan Nassim Reda Redouane Soufiane Zakaria Jamal Farid Fouad Hicham Brahim Driss Idris Othman Amir Sami Salim "
        "Hakim Mourad Younes Achraf Marwan Nizar Faisal"
    ),
    ("f", "turkish"): "Ayşe Ayse Elif Zeynep Emine Hatice Merve Esra Büşra Özlem Sevgi Gül Yeliz Ebru Selin Derya Sibel",
    ("m", "turkish"): "Yusuf Mehmet Murat Emre Burak Hakan Kemal Serkan Hüseyin Huseyin Osman Onur Cem Orhan Tarkan Selim Volkan",
    ("f", "african"): (
        "Aminata Fatou Awa Mariama Aïssata Aissatou Kadiatou Grace Divine Naomi Ngozi Chantou Bintou Oumou Adama Djeneba "
        "Esther Ruth Béatrice Dorcas Amara Nafissatou Ndeye Hawa Abena Ama Chioma Mireille Odette Solange Joséphine Keza"
    ),
    ("m", "african"): (
        "Moussa Mamadou Amadou Ousmane Ibrahima Boubacar Cheikh Modou Abdoulaye Kofi Kwame Emeka Chinedu Patrice Blaise "
        "Christian Dieudonné Trésor Fiston Jospin Gloire Héritier Samuel Emmanuel Joseph Lamine Souleymane Sekou Bakary "
        "Oumar Issa Kwabena Jean-Claude Pascal Désiré Innocent Olu"
    ),
    ("f", "east"): (
        "Olga Svetlana Natalia Irina Oksana Olena Iryna Katarzyna Agnieszka Magdalena Małgorzata Malgorzata Ewa Joanna "
        "Elena Ioana Andreea Mihaela Raluca Daniela Desislava Ivana Jelena Milena Vesna Snezana Tatiana Anastasia Ana "
        "Zuzana Petra Monika Beata Halina Yulia Daria Dragana Arta Elira Besa Drita"
    ),
    ("m", "east"): (
        "Viktor Piotr Pawel Paweł Krzysztof Tomasz Marek Jakub Andrzej Wojciech Ivan Dmitri Dimitri Sergei Oleg Andriy "
        "Mykola Vasyl Volodymyr Bogdan Ion Andrei Mihai Radu Florin Ionut Cristian Dragan Milan Goran Zoran Nikola Stefan "
        "Georgi Dimitar Petar Arben Agron Bekim Artan Igor Pavel Miroslav Aleksandar"
    ),
    ("f", "south"): (
        "Maria María Carmen Rosa Lucia Lucía Giulia Francesca Chiara Paola Giovanna Rosaria Pilar Dolores Ines Beatriz "
        "Fernanda Mariana Gabriela Valentina Isabel Teresa Sofia Sofía Camila Juana Luisa Silvia Eleni Ioanna Conceição"
    ),
    ("m", "south"): (
        "Pedro Carlos Miguel José Jose Juan João Joao Antonio António Diego Pablo Javier Manuel Luis Luigi Marco Giuseppe "
        "Matteo Giovanni Salvatore Rafael Fernando Ricardo Jorge Paulo Tiago Rui Nuno Alejandro Mateo Enzo Angelo Mario "
        "Giorgos Yannis Nikos Kostas"
    ),
    ("f", "asian"): (
        "Mei Ling Xiu Hui Linh Thi Mai Hoa Lan Thuy Priya Anjali Sunita Lakshmi Pooja Meera Deepa Yuki Sakura Aiko Fen Jing "
        "Nargis Parwana Shabnam Zarmina Ayesha Sadia Rubina Tenzin Pema Jasmine Maricel"
    ),
    ("m", "asian"): (
        "Wei Jun Ming Chen Hao Minh Duc Tuan Hung Raj Amit Rahul Sanjay Vikram Suresh Anil Arjun Kenji Hiroshi Takeshi "
        "Ahmad Farhad Reza Jawad Abdullah Asif Imran Tashi Dorje Karma Bishnu Arun"
    ),
}  # fmt: skip

_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:-[A-ZÀ-Þ][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class FirstName:
    """A first name as it is written, who bears it (`f`, `m`), and where it is at home: a key of `BORNE`, never shown."""

    name: str
    gender: Gender
    origin: str


def first_names(text: str) -> Iterator[FirstName]:
    """Yield each first name of the list that stands in a plain text, in order; one that stands there twice, twice."""
    known = _known()
    for written in _CAPITALISED.findall(text):
        found = known.get(written)
        if found is not None:
            yield found


@cache
def _known() -> dict[str, FirstName]:
    genders: dict[str, Gender] = {"f": "f", "m": "m"}
    return {
        name: FirstName(name, genders[gender], origin)
        for (gender, origin), listed in BORNE.items()
        for name in listed.split()
    }
