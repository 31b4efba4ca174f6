"""The words of every notice, from `config/templates/mail`: one section for each name, one layout for all."""

import re
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

import config
from activities.mail.envelope import MailError

FOLDER = Path(config.__file__).parent / "templates" / "mail"
MIXED = "digest"
WIDTH = 72

Rows = tuple[tuple[str, str], ...]
"""Facts, each with its label."""


@dataclass(frozen=True)
class Rendered:
    """A mail's headline (a subject without reference and marking), its text, and its HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Wording:
    """The words of one kind of notice, still with their placeholders.

    Without `dated`, a due date is not shown: after an act it is that of the duty which the act began, and that
    duty may be the inspectorate's own.
    """

    subject: str
    many: str
    opening: str
    next: tuple[str, ...]
    dated: bool


@dataclass(frozen=True)
class Entry:
    """One notice as the words and layouts see it: plain strings, never None."""

    template: str
    phrases: Mapping[str, str]
    duty: Rows
    about: Rows
    note: str


@dataclass(frozen=True)
class Context:
    """What a mail shows, the notice that is due first at the front."""

    entries: tuple[Entry, ...]
    office: str
    sent_on: str
    sender_name: str
    reply_to: str
    marking: str
    explaining_line: str


@dataclass(frozen=True)
class Paragraphs:
    """One notice in its final words."""

    opening: str
    rows: Rows
    note: str


@dataclass(frozen=True)
class Group:
    """The notices of one kind in a mail, with their common heading and next steps."""

    heading: str
    notices: tuple[Paragraphs, ...]
    next: tuple[str, ...]


def template_names() -> frozenset[str]:
    """The names that a policy may give to a rung or to a notice."""
    return frozenset(_wordings())


def render(name: str, context: Context) -> Rendered:
    """The mail in the words of `name`: those of its notices, or MIXED when they are of several kinds.

    Raises:
        MailError: when there is no template of that name, or of a notice's; lists the names that there are.
    """
    return render_words(_headline(name, context.entries), _groups(context), context)


def render_words(headline: str, groups: tuple[Group, ...], context: Context) -> Rendered:
    """A mail whose words are given, in the layout of all mails."""
    shown = {**vars(context), "headline": headline, "groups": groups}
    return Rendered(
        subject=headline,
        text=_tidy(_environment(html=False).get_template("layout.txt.jinja").render(shown)),
        html=_environment(html=True).get_template("layout.html.jinja").render(shown),
    )


def shows_due_date(name: str) -> bool:
    """Whether notices of this kind name a date by which whoever reads them has to act."""
    return _wording(name).dated


@cache
def _wordings() -> Mapping[str, Wording]:
    sections = tomllib.loads((FOLDER / "wording.toml").read_text(encoding="utf-8"))
    return {
        name: Wording(**{"dated": True, **section, "next": tuple(section["next"])})
        for name, section in sections.items()
    }


def _wording(name: str) -> Wording:
    try:
        return _wordings()[name]
    except KeyError:
        known = ", ".join(sorted(_wordings()))
        raise MailError(f"template: there is no mail template {name!r}. Use one of: {known}.") from None


def _headline(name: str, entries: Sequence[Entry]) -> str:
    words = _wording(name)
    if len(entries) == 1:
        return _fill(words.subject, entries[0].phrases)
    return _fill(words.many, {**entries[0].phrases, "count": str(len(entries))})


def _groups(context: Context) -> tuple[Group, ...]:
    kinds = dict.fromkeys(entry.template for entry in context.entries)
    return tuple(_group(kind, [e for e in context.entries if e.template == kind]) for kind in kinds)


def _group(kind: str, entries: Sequence[Entry]) -> Group:
    words = _wording(kind)
    return Group(
        heading=_headline(kind, entries),
        notices=tuple(_paragraphs(words, entry) for entry in entries),
        next=_steps(words, entries),
    )


def _paragraphs(words: Wording, entry: Entry) -> Paragraphs:
    opening = _capital(_fill(words.opening, entry.phrases))
    return Paragraphs(opening, (*(entry.duty if words.dated else ()), *entry.about), entry.note)


def _steps(words: Wording, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The next steps, said once for all the bodies they concern."""
    phrases = dict(entries[0].phrases)
    if len({entry.phrases["body"] for entry in entries}) > 1:
        phrases["body"] = "each body named above"
    return tuple(_capital(_fill(step, phrases)) for step in words.next)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _fill(words: str, phrases: Mapping[str, str]) -> str:
    """Words with their placeholders filled, as plain text; the HTML layout escapes the whole."""
    return _compiled(words).render(phrases)


@cache
def _compiled(words: str) -> Template:
    return _environment(html=False).from_string(words)


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrap"] = _wrap
    environment.filters["paragraphs"] = _split
    return environment


def _wrap(text: str, indent: str = "") -> str:
    """Lines of at most WIDTH characters; the text's own line breaks stay, and no word or address is cut."""
    return "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        for line in text.splitlines()
    )


def _split(text: str) -> list[list[str]]:
    """The paragraphs of a text, each as its lines."""
    return [part.splitlines() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def _tidy(text: str) -> str:
    """At most one empty line together, and one line break at the end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
