"""A page as a test sees it, and what every page owes its reader."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True)
class Page:
    """A parsed page."""

    html: str
    tree: LexborHTMLParser

    def text(self, selector: str = "main") -> str:
        """Return the words of the first match, spaces folded; empty when there is none."""
        node = self.tree.css_first(selector)
        return " ".join(node.text(separator=" ").split()) if node else ""

    def texts(self, selector: str) -> list[str]:
        """Return the words of each match."""
        return [" ".join(node.text(separator=" ").split()) for node in self.tree.css(selector)]

    def attributes(self, selector: str, name: str) -> list[str]:
        """Return an attribute of each match that has it."""
        return [value for node in self.tree.css(selector) if (value := node.attributes.get(name)) is not None]

    def fields(self, form: str = "main form") -> dict[str, str]:
        """Return what the first matching form would send when sent as it stands."""
        found = self.tree.css_first(form)
        assert found is not None, f"no form {form}"
        sent: dict[str, str] = {}
        for node in found.css("input, textarea, select"):
            name, kind = node.attributes.get("name"), node.attributes.get("type", "text")
            if not name or (kind in ("radio", "checkbox") and "checked" not in node.attributes):
                continue
            if node.tag == "select":
                chosen = node.css_first("option[selected]") or node.css_first("option")
                sent[name] = (chosen.attributes.get("value") or "") if chosen else ""
            else:
                sent[name] = (node.text() if node.tag == "textarea" else node.attributes.get("value")) or ""
        return sent


def checked_page(html: str) -> Page:
    """Parse a page and check it: one h1 that begins the title, unique ids, labelled fields, forms with an address."""
    tree = LexborHTMLParser(html)
    headings = [" ".join(node.text().split()) for node in tree.css("h1")]
    title = " ".join((tree.css_first("title").text() if tree.css_first("title") else "").split())
    assert len(headings) == 1, f"h1: {headings}"
    for word in ("Error: ", "Fout: ", "Erreur : ", "Erreur\xa0: ", "Erreur\u202f: "):
        title = title.removeprefix(word)
    assert title.startswith(headings[0]), f"title {title!r}, h1 {headings[0]!r}"
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids)), f"twice: {sorted({one for one in ids if ids.count(one) > 1}, key=str)}"
    for field in tree.css("input, select, textarea"):
        assert _is_labelled(tree, field), f"no label: {field.html}"
    for form in tree.css("form"):
        assert form.attributes.get("method") in ("get", "post"), f"form method: {form.html}"
        assert form.attributes.get("action"), f"form action: {form.html}"
    assert not tree.css("[style], style, [onclick], script:not([src])"), "inline style or script"
    return Page(html, tree)


def _is_labelled(tree: LexborHTMLParser, field: LexborNode) -> bool:
    if field.attributes.get("type") in ("hidden", "submit", "button"):
        return True
    if field.attributes.get("aria-label") or field.attributes.get("aria-labelledby"):
        return True
    around = field.parent
    while around is not None and around.tag != "label":
        around = around.parent
    return around is not None or bool(tree.css(f'label[for="{field.attributes.get("id")}"]'))
