"""Markdown of items to safe HTML. Pure."""

from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt

ALLOWED = {
    "p", "br", "strong", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "code", "hr",
    "h2", "h3", "h4",
}  # fmt: skip


@lru_cache(maxsize=4096)
def to_html(source: str) -> str:
    """Return the HTML of a Markdown text: no raw HTML, no links, no pictures; what is left is on an allow-list."""
    html = nh3.clean(_parser().render(source), tags=ALLOWED, attributes={"ol": {"start"}}, link_rel=None)
    # The empty corner of a table heads nothing: to a screen reader it must not be a header.
    return html.replace("<th></th>", "<td></td>")


@cache
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "image", "autolink", "html_inline"])
    )
