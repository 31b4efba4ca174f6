"""Whether a page is well formed: elements closed in order, ids once, headings in steps, names where they are needed."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
NEED = ("html", "head", "title", "body", "main", "h1")
OUT_OF_PAGE = ("mailto:", "tel:")
Attributes = list[tuple[str, str | None]]


@dataclass
class Page:
    """What a page holds that others may lead to, where it leads, and what is wrong with it."""

    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def read_page(text: str) -> Page:
    """Read a page, with everything that is wrong with it."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end(text)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.level = 0
        self.named: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        self._say(len(given) < len(attrs), f"<{tag}> has an attribute twice")
        self.seen.add(tag)
        self._note(tag, given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """Closed at once, as parts of a drawing are."""
        self._say(tag not in VOID and "svg" not in self.open, f"<{tag}/> is not closed")
        self.seen.add(tag)
        self._note(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self._say(True, f"</{tag}> closes {f'<{self.open[-1]}>' if self.open else 'nothing'}")

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if name := given.get("id"):
            self._say(name in self.page.ids, f"the id {name} stands twice")
            self.page.ids.add(name)
        self.named += given.get("aria-labelledby", "").split()
        self._say(tag == "html" and not given.get("lang"), "its language is not said")
        self._say(tag == "img" and "alt" not in given, "a picture has no alternative text")
        self._say(tag == "svg" and "aria-labelledby" not in given, "a drawing has no name")
        self._say(
            "style" in given or (tag == "style" and "svg" in self.open), f"<{tag}> has a style of its own"
        )
        for name in ("href", "src"):
            if (link := given.get(name)) and not link.startswith(OUT_OF_PAGE):
                self.page.links.append(link)
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._say(int(tag[1]) > self.level + 1, f"<{tag}> follows a heading of level {self.level}")
            self.level = int(tag[1])

    def _say(self, so: bool, wrong: str) -> None:
        if so:
            self.page.wrong.append(wrong)

    def end(self, text: str) -> None:
        self._say(bool(self.open), f"not closed: {', '.join(self.open)}")
        self._say(
            not text.lstrip().lower().startswith("<!doctype html>"), "it does not begin with <!DOCTYPE html>"
        )
        missing = [tag for tag in NEED if tag not in self.seen]
        self._say(bool(missing), f"it has no {', '.join(missing)}")
        for name in self.named:
            self._say(name not in self.page.ids, f"{name} names an element and is not there")
