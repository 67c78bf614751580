"""What a page is built of, as a browser or a screen reader meets it."""

import re
from html.parser import HTMLParser


class Outline(HTMLParser):
    """The skeleton of a page: headings, ids, labels, controls, inline styles and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.named_by: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in {"input", "select", "textarea", "progress"} and found.get("type") != "hidden":
            self.controls.append(found)
        if "style" in found or tag == "style" or any(name.startswith("on") for name in found):
            self.inline.append(tag)
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.inline.append(tag)
        self.ids += [str(found["id"])] if found.get("id") else []
        self.named_by += str(found.get("aria-labelledby") or found.get("aria-describedby") or "").split()
