"""HTML to Markdown, words to Markdown, and Markdown to body and prompt."""

import pytest

from question_banks.formats.html_text import LINK_LOST, PICTURE_LOST, RECORDING_LOST, Lost, to_markdown
from question_banks.formats.markdown_text import escaped, plain, split_question
from question_banks.markdown import to_html


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>two<br>three</p>", "One\n\ntwo\\\nthree"),
        ("a <b>bold </b><i>x</i> <strong><em>y</em></strong>", "a **bold** *x* ***y***"),
        ("<h1>Title</h1>text", "### Title\n\ntext"),
        ("<ul><li>one</li><li>two<ol><li>x</li><li>y</li></ol></li></ul>end", "- one\n- two\n   1. x\n   2. y\n\nend"),
        ("<pre>if x:\n    {y}\n</pre>", "```\nif x:\n    {y}\n```"),
        ("use <code>a*b</code>", "use `a*b`"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td></tr></table>", "| a | b |\n| --- | --- |\n| 1\\|2 |  |"),
        ("H<sub>2</sub>O, 10<sup>-3</sup>, x<sup>ab</sup>", "H₂O, 10⁻³, x^(ab)"),
        ("1 &lt; 2 &amp; 3*4*5 &eacute;&nbsp;!", "1 < 2 & 3\\*4\\*5 é !"),
        ("<p># no heading</p><p>1. no list</p><p>- nor this</p>", "\\# no heading\n\n1\\. no list\n\n\\- nor this"),
        ("a<script>alert(1)</script><style>b{}</style>c<!-- d -->e", "ace"),
        ("<i onclick='x'>a</i></b></p></ul>b<li>c", "*a*b\n\n- c"),
        ("a < b <! c <? d <", "a < b <! c <? d <"),
        ("<blink>x</blink><p></p>", "x"),
        ("", ""),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert to_markdown(html) == (markdown, [])


@pytest.mark.parametrize(
    ("html", "lost"),
    [
        ("<img src='a/b.png?c' alt=''>", [(PICTURE_LOST, {"name": "b.png"})]),
        ("<img src='x' alt='a map'/>", [(PICTURE_LOST, {"name": "a map"})]),
        ("<img src='data:image/png;base64,AAAA'>", [(PICTURE_LOST, {"name": ""})]),
        ("<audio src='x'></audio><iframe src='y'></iframe>", [(RECORDING_LOST, {})]),
        ("<a href='javascript:alert(1)'>x</a><a name='y'>z</a>", [(LINK_LOST, {})]),
    ],
)
def test_what_html_loses_is_named_once(html: str, lost: list[Lost]) -> None:
    assert to_markdown(html)[1] == lost


@pytest.mark.parametrize(
    "words",
    [
        "a *b* _c_ **d** `e` \\f",
        "# a",
        "1. a",
        "- a",
        "> a",
        "| a | b |",
        "[a]: b",
        "![a](b) [c](d)",
        "a_b_c _____ d",
        "&amp; &#65; & <b>",
        "~~~ a",
        "___",
        "2 * 3 * 4 *",
        "a **",
        "{{r1}}",
    ],
)
def test_escaped_words_are_shown_as_they_are(words: str) -> None:
    shown = to_html(escaped(words))

    expected = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert shown.strip() == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("markdown", "parts"),
    [
        ("One line", ("", "One line")),
        ("One\nwrapped line", ("", "One wrapped line")),
        ("First.\n\nSecond.", ("First.", "Second.")),
        ("Some **bold**.", ("Some **bold**.", "")),
        ("First.\n\n- a\n- b", ("First.\n\n- a\n- b", "")),
        ("- a\n- b\n\nWhich?", ("- a\n- b", "Which?")),
        ("- a\n\n  b", ("- a\n\n  b", "")),
        ("Title\n=====", ("Title\n=====", "")),
        (r"2 \* 3", ("", "2 * 3")),
        ("", ("", "")),
    ],
)
def test_last_plain_paragraph_is_the_prompt(markdown: str, parts: tuple[str, str]) -> None:
    assert split_question(markdown) == parts


def test_plain_gives_the_words_alone() -> None:
    assert plain("## A *b*\n\n- c `d`\n- e\n\n```\nf  g\n```") == "A b c d e f g"
