"""The letters: in the order and substance of the real one, by office only, and with a sentence for every finding."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lifecycle.words import Finding
from office.letters import Assessment, Criterion, Envelope, Letter, Request, render_letter, render_request
from rehearsal.history import History
from rehearsal.history_file import find_history, read_history
from rehearsal.papers import Papers

REAL = Path(__file__).parents[3] / "shared" / "data" / "letters" / "bedfordshire-2017-10-02.txt"

# What the real letter says, in its order, and how ours says the same: (theirs, ours).
PARTS = (
    (r"Chief Constable", r"Chief Constable"),
    (r"Bedfordshire Police", r"Bedfordshire Police"),
    (r"Via email", r"Via email"),
    (r"Copied to:", r"Copied to:"),
    (r"Police and Crime Commissioner for Bedfordshire", r"Police and Crime Commissioner for Bedfordshire"),
    (r"2 October 2017", r"2 October 2017"),
    (r"Dear Chief Constable", r"Dear Chief Constable"),
    (
        r"assessment: Abuse of position for a sexual purpose",
        r"assessment of .*abuse of position for a sexual purpose",
    ),
    (r"December 2016", r"December 2016"),
    (r"abuse of authority for sexual gain", r"abuse of authority for sexual gain"),
    (r"interests of consistency", r"To be consistent"),
    (r"national strategy", r"national strategy"),
    (
        r"counter-corruption units did not have the capability or capacity",
        r"counter-corruption units .*capability or",
    ),
    (r"intervene early to safeguard potential victims", r"step in early to protect people at risk"),
    (r"led to the following recommendation", r"led to this recommendation"),
    (
        r"within six months, all forces should have started",
        r"within six months, all forces should have started",
    ),
    (r"support vulnerable people", r"support vulnerable people"),
    (r"Further to my letter dated 16 May 2017", r"Further to my letter of 16 May 2017"),
    (r"took place during June 2017", r"took place in June 2017"),
    (r"submitted by 31 May 2017", r"received by 31 May 2017"),
    (r"pleased to find .* comprehensive", r"pleased to find .* comprehensive"),
    (r"reflected the national strategy", r"reflect the national strategy"),
    (
        r"review of the capability and capacity .* unclear",
        r"not clear .* review of the capability and capacity",
    ),
    (r"improvements to IT systems' monitoring", r"better monitoring of your IT systems"),
    (r"already commenced", r"already begun"),
    (r"organisations that support vulnerable people", r"organisations that support vulnerable people"),
    (r"also commenced", r"begun too"),
    (r"will be published .* national overview", r"will be published .* national overview"),
    (r"returning to your force .* subsequent inspection", r"come back to your force in a later inspection"),
    (r"If you have any queries", r"If you have any questions"),
    (r"Yours sincerely", r"Yours sincerely"),
    (r"Inspector of Constabulary", r"Inspector of Constabulary"),
    (r"Inspector of Fire & Rescue Services", r"Inspector of Fire & Rescue Services"),
)


@pytest.fixture(scope="module")
def history() -> History:
    return read_history(find_history("bedfordshire-2017"))


def envelope(**changes) -> Envelope:
    given = {
        "body_name": "Bedfordshire Police",
        "on": date(2017, 10, 2),
        "subject": "Our assessment of your plans: abuse of position for a sexual purpose",
        "copied_to": "Police and Crime Commissioner for Bedfordshire",
    }
    return Envelope(**{**given, **changes})


@pytest.fixture
def letter(history) -> Letter:
    return render_letter(envelope(), Papers(history).assessed(history.of("bedfordshire")))


def assert_in_order(text: str, phrases) -> None:
    """Each phrase stands after the one before it; line breaks do not matter."""
    flat, reached = " ".join(text.split()), 0
    for phrase in phrases:
        found = re.compile(phrase, re.IGNORECASE).search(flat, reached)
        assert found, f"{phrase!r} does not stand after {flat[max(0, reached - 60) : reached]!r}"
        reached = found.start() + 1


def test_bedfordshires_letter_says_what_the_real_one_says_in_its_order(letter):
    assert_in_order(letter.text, [ours for _, ours in PARTS])


@pytest.mark.skipif(not REAL.exists(), reason="the real letter is not part of the project")
def test_the_real_letter_has_these_parts_in_this_order_and_we_repeat_nothing_else_of_it(letter):
    real = REAL.read_text(encoding="utf-8")
    assert_in_order(real, [theirs for theirs, _ in PARTS])
    quote = "To address this cause of concern, we recommend"
    sentences = [each for each in re.split(r"(?<=[.])\s+", " ".join(real.split())) if len(each.split()) > 14]
    ours = " ".join(letter.text.split())
    repeated = [
        each for each in sentences if each in ours and not each.startswith((quote, "These plans should"))
    ]
    assert repeated == []


@pytest.mark.skipif(not REAL.exists(), reason="the real letter is not part of the project")
def test_nobody_is_named(letter):
    real = REAL.read_text(encoding="utf-8")
    lines = [line.strip() for line in real.splitlines()]
    people = [lines[0], *(line for line in lines if line.startswith(("Copied to", "Michael")))]
    names = {name for line in people for name in re.findall(r"[A-Z][a-z]{3,}", line)}
    assert not (names - {"Chief", "Constable", "Copied"}) & set(re.findall(r"[A-Z][a-z]+", letter.text))


def one(finding: Finding, **changes) -> Assessment:
    given = {
        "background": ("Background.",),
        "quoted": "Do it.",
        "reviewed": "in June 2017",
        "outcome": "started",
        "criteria": (Criterion("a plan", finding),),
        "requested_on": date(2017, 5, 16),
        "submission_due": date(2017, 5, 31),
    }
    return Assessment(**{**given, **changes})


def test_every_finding_has_a_sentence_of_its_own():
    texts = {finding: render_letter(envelope(), one(finding)).text for finding in Finding}
    assert len(set(texts.values())) == len(Finding)
    assert all("a plan" in text for text in texts.values())


def test_a_criterion_written_as_a_sentence_is_quoted_whole():
    stated = Criterion("The force keeps a record.", Finding.not_included)
    text = render_letter(envelope(), one(Finding.not_included, criteria=(stated,))).text
    assert '"The force keeps a record": your plans do not include this.' in text
    texts = {
        finding: render_letter(envelope(), one(finding, criteria=(Criterion("It is so.", finding),))).text
        for finding in Finding
    }
    assert len(set(texts.values())) == len(Finding)


def test_a_criterion_may_bring_its_own_sentence():
    own = Criterion("a plan", Finding.unclear, {Finding.unclear: "We could not read it."})
    text = render_letter(envelope(), one(Finding.unclear, criteria=(own,))).text
    assert "We could not read it." in text
    assert "is unclear" not in text


def test_a_body_that_sent_nothing_and_one_that_was_not_asked_are_told_so():
    nothing = render_letter(
        envelope(), one(Finding.no_information, submitted=False, outcome="not_submitted")
    ).text
    assert "we had received no documents from your force by 31 May 2017" in nothing
    unasked = render_letter(envelope(kind="fire-service"), one(Finding.included, requested_on=None)).text
    assert "We have reviewed the documents that your service submitted" in unasked


def test_a_note_stands_above_everything():
    letter = render_letter(envelope(note="Illustrative: findings."), one(Finding.included))
    assert letter.text.startswith("Illustrative: findings.")
    assert letter.html.index("Illustrative: findings.") < letter.html.index("Chief Constable")


def test_the_request_asks_by_a_date_and_names_what_is_assessed():
    request = Request("PEEL 2016", date(2016, 12, 8), "Do it.", ("Strategy", "Training"), date(2017, 5, 31))
    text = render_request(envelope(), request).text
    phrases = [
        "published on 8 December 2016",
        "Do it",
        "by 11:59pm on Wednesday 31 May 2017",
        "- Strategy",
        "- Training",
    ]
    assert_in_order(text, phrases)
    undated = render_request(
        envelope(), Request("PEEL 2016", date(2016, 12, 8), "Do it.", ("Strategy",))
    ).text
    assert "within 10 working days of this letter" in undated


class Page(HTMLParser):
    """The elements of a page, which must close in the order in which they open."""

    VOID = frozenset({"meta", "br", "link", "hr", "img", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.seen)


def test_the_page_is_well_formed_and_can_be_read_by_everybody(letter):
    page = Page(letter.html)
    assert ("html", {"lang": "en-GB"}) in page.seen
    assert (page.count("title"), page.count("h1"), page.count("main")) == (1, 1, 1)
    assert not {"script", "img", "link"} & {name for name, _ in page.seen}
    assert not [attributes for _, attributes in page.seen if "style" in attributes or "onclick" in attributes]
    assert "@media print" in letter.html


def test_what_stands_in_a_letter_cannot_become_markup():
    letter = render_letter(envelope(body_name="<b>Police</b>"), one(Finding.included, quoted="<script>"))
    assert "<b>Police" not in letter.html
    assert "<script>" not in letter.html
    assert "<b>Police</b>" in letter.text
