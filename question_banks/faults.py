"""The words of everything that keeps an item from being shown or marked: what is wrong, and what to do. Pure."""

from typing import Any

from question_banks.findings import Finding
from storage.wording import N_

FAULTS: dict[str, tuple[str, str]] = {
    "no_interaction": (
        N_("The item asks for no answer."),
        N_("Add an interaction, for example a choice."),
    ),
    "asks_nothing": (
        N_("The item asks nothing: it has no text and no prompt."),
        N_("Write the question as a text or as a prompt."),
    ),
    "id_twice": (
        N_("The interaction id “{id}” is used twice."),
        N_("Give each interaction and each medium an id of its own."),
    ),
    "language_incomplete": (
        N_("“{field}” has no text in “{language}”."),
        N_("Write the text in this language too, or leave this language out."),
    ),
    "anchor_unknown": (
        N_("{{{{{id}}}}} in the text names no interaction."),
        N_("Take it out, or write the id of an interaction, a medium or a gap of this item."),
    ),
    "anchor_twice": (
        N_("{{{{{id}}}}} stands in the text twice."),
        N_("Take one of the two out: each can be shown once."),
    ),
    "anchors_differ": (
        N_("Keep {anchors} in this text: a question or a picture stands there."),
        N_("Write it at the same place as in the other language."),
    ),
    "words_displaced": (
        N_("Keep {anchors} in this text: the words stand there."),
        N_("Write it where the word belongs in this language, without square brackets."),
    ),
    "medium_no_file": (
        N_("“{id}” has no file for “{language}”."),
        N_("Add a file for this language, or one for all languages."),
    ),
    "medium_wrong_kind": (
        N_("The file of “{id}” is of another kind ({type})."),
        N_("Choose another file, or say that it is a picture, a recording or a film."),
    ),
    "image_missing": (
        N_("There is no picture."),
        N_("Add a picture to the item, and choose it here."),
    ),
    "image_unknown": (
        N_("“{id}” is no picture of this item."),
        N_("Add the picture to the item, or choose another."),
    ),
    "option_twice": (
        N_("The option id “{id}” is used twice."),
        N_("Give each of them an id of its own."),
    ),
    "too_few_options": (
        N_("“{field}” has too few entries."),
        N_("Add some, so that there are at least {minimum}."),
    ),
    "option_empty": (
        N_("Option {name} is empty."),
        N_("Write a text, choose a picture, or take it out."),
    ),
    "row_empty": (
        N_("Row {name} is empty."),
        N_("Write a text, choose a picture, or take it out."),
    ),
    "criterion_empty": (
        N_("Criterion {name} is empty."),
        N_("Write what a rater looks at, or take it out."),
    ),
    "gap_no_place": (
        N_("The gap “{id}” stands nowhere."),
        N_("Write its id in double braces in the passage, or give it an area of the picture."),
    ),
    "gaps_differ": (
        N_("The passage in “{language}” does not have the same gaps."),
        N_("Damage as many words in each language."),
    ),
    "area_empty": (
        N_("This area has no surface."),
        N_("Write its left and top edge first, then its right and bottom edge; a radius is at least 1."),
    ),
    "area_outside": (
        N_("This area lies outside of the picture ({width} × {height})."),
        N_("Write its place in pixels of the picture, from the top left corner."),
    ),
    "slider_ends": (
        N_("The lowest number of the scale is not lower than the highest."),
        N_("Change one of the two."),
    ),
    "slider_steps": (
        N_("The scale has more than {limit} steps."),
        N_("Take larger steps, or a shorter scale."),
    ),
    "words_bounds": (
        N_("The least number of words is larger than the most."),
        N_("Change one of the two."),
    ),
    "accepts_nothing": (
        N_("No kind of file can be sent."),
        N_("Choose at least one kind of file."),
    ),
    "no_rule": (
        N_("The right answer is not marked."),
        N_("Say which answer is right, or that nothing is scored."),
    ),
    "rule_unfit": (
        N_("This question cannot be marked in the way that it says."),
        N_("Choose another way of scoring."),
    ),
    "no_key": (
        N_("The right answer is not marked."),
        N_("Say which answer is right, or that nothing is scored."),
    ),
    "gap_no_word": (
        N_("Gap {name} has no right word."),
        N_("Choose one."),
    ),
    "row_no_pair": (
        N_("Row {name} has no right answer."),
        N_("Choose one, or say that nothing is scored."),
    ),
    "no_pairs": (
        N_("Nothing belongs together yet."),
        N_("Say for each pair what belongs with what."),
    ),
    "key_unknown": (
        N_("The key “{id}” names no option."),
        N_("Write the id of something that can be chosen."),
    ),
    "two_keys": (
        N_("Several answers are marked as right, but only one can be chosen."),
        N_("Keep one of them, or say that several can be right."),
    ),
    "several_for_one": (
        N_("“{id}” takes one answer, but several are marked as right."),
        N_("Keep one of them."),
    ),
    "word_reused": (
        N_("Word {id} is right in several gaps, but can be used once."),
        N_("Let words be used more than once, or choose another word for a gap."),
    ),
    "pair_of_one": (
        N_("A pair needs two different options."),
        N_("Change one of the two."),
    ),
    "too_many_pairs": (
        N_("More pairs are right than can be given."),
        N_("Allow more pairs, or take some of them apart."),
    ),
    "map_bounds": (
        N_("The lower bound of the points is larger than the upper."),
        N_("Change one of the two."),
    ),
    "key_off_scale": (
        N_("The right number is not on the scale."),
        N_("Change the number, or the ends of the scale."),
    ),
    "figures": (
        N_("It does not say how many figures count."),
        N_("Write a whole number there, 1 or more."),
    ),
    "accept_missing": (
        N_("There is no accepted text in “{language}”."),
        N_("Write what is right in this language."),
    ),
    "order_incomplete": (
        N_("The right order does not name each option once."),
        N_("Write the id of each option once, first to last."),
    ),
    "effectiveness_incomplete": (
        N_("Each action needs a rating of experts from 1 to {steps}."),
        N_("Write the mean of what experts said."),
    ),
    "effectiveness_tied": (
        N_("One action must be the best and one the worst."),
        N_("Change the ratings, so that the best and the worst stand alone."),
    ),
    "effectiveness_same": (
        N_("All actions are rated alike."),
        N_("Change the ratings, so that one action is better than another."),
    ),
    "effectiveness_off_scale": (
        N_("A rating of experts lies outside of the scale from 1 to {steps}."),
        N_("Write numbers of the scale that candidates rate on."),
    ),
    "no_criteria": (
        N_("There is nothing that a rater looks at."),
        N_("Write at least one criterion, with its points."),
    ),
}
"""By code: what is wrong, and what to do about it."""


def fault(code: str, element: str, *, language: str = "", **values: Any) -> Finding:
    """Return a blocking finding; `language` is a value of its sentence too."""
    message, advice = FAULTS[code]
    values = values | ({"language": language} if language else {})
    return Finding(code, "blocking", element, message, advice, values, language)
