"""Markdown of items: what is shown, and what cannot get through."""

import pytest

from question_banks.markdown import to_html


def test_table_with_an_empty_corner_has_no_empty_header() -> None:
    html = to_html("| | Bus 1 |\n|---|---|\n| Gare | 8 h |\n")

    assert html.replace("\n", "") == (
        "<table><thead><tr><td></td><th>Bus 1</th></tr></thead><tbody><tr><td>Gare</td><td>8 h</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**gras** & *italique*", "<p><strong>gras</strong> &amp; <em>italique</em></p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[ici](javascript:alert(1))", "<p>[ici](javascript:alert(1))</p>"),
        ("![x](http://other.example/x.png)", "<p>![x](http://other.example/x.png)</p>"),
        ("<http://other.example>", "<p>&lt;http://other.example&gt;</p>"),
    ],
)
def test_markdown_becomes_safe_html(source: str, html: str) -> None:
    assert to_html(source).strip() == html
