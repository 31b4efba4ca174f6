"""The local inbox read by people and by programs."""

import json
import re
import smtplib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from activities.mail.envelope import Outgoing
from embedded import inbox_pages
from embedded.inbox import Inbox, messages
from tests.mail.reading import fetch, send

WILD = "<script>alert(1)</script> & co"


class Outline(HTMLParser):
    """What a page is made of, for those who cannot see it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for seen, attributes in self.seen if seen == tag]


def check_accessible(page: str) -> None:
    outline = Outline(page)
    assert outline.all("html")[0]["lang"] == "en"
    assert len(outline.all("h1")) == 1
    assert outline.all("a")[0]["href"] == "#main"
    assert outline.all("main")[0]["id"] == "main"
    assert len(outline.all("table")) == len(outline.all("caption"))
    assert all(header.get("scope") in ("col", "row") for header in outline.all("th"))
    labelled = {label["for"] for label in outline.all("label")}
    assert {field["id"] for field in outline.all("input")} == labelled
    assert all(frame.get("title") for frame in outline.all("iframe"))
    assert not outline.all("script")
    assert not outline.all("link")


def test_the_list_can_be_filtered_searched_and_paged(
    inbox: Inbox, outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embedded.inbox_pages.PER_PAGE", 2)
    other = replace(outgoing, mailbox="liaison@sussex.example", subject="Documents overdue: R-1")
    send(inbox, outgoing, outgoing, outgoing, other)
    status, everything, _ = fetch(f"{inbox.web_url}/")
    check_accessible(everything)
    assert (status, "4 mails, newest first, page 1 of 2" in everything) == (200, True)
    assert "Next page" in everything
    assert "Previous page" not in everything
    _, last, _ = fetch(f"{inbox.web_url}/?page=99")
    assert "page 2 of 2" in last
    assert "Previous page" in last
    _, one, _ = fetch(f"{inbox.web_url}/?mailbox=SUSSEX&subject=overdue+documents")
    assert "1 mail, newest first" in one
    assert "R-2016-6085" not in one
    _, none, _ = fetch(f"{inbox.web_url}/?subject=nothing")
    check_accessible(none)
    assert "No mail matches" in none


def test_one_mail_shows_its_text_its_html_apart_and_its_headers(
    inbox: Inbox, folder: Path, outgoing: Outgoing
) -> None:
    send(inbox, replace(outgoing, subject=WILD, text=WILD))
    (kept,) = messages(folder)
    status, page, headers = fetch(f"{inbox.web_url}/mails/{kept.id}")
    check_accessible(page)
    assert status == 200
    assert "<script>" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; co") >= 3
    assert "Auto-Submitted" in page
    assert "sandbox" in Outline(page).all("iframe")[0]
    nonce = Outline(page).all("style")[0]["nonce"]
    assert f"style-src 'nonce-{nonce}'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    _, part, part_headers = fetch(f"{inbox.web_url}/mails/{kept.id}/html")
    assert part.strip() == outgoing.html
    assert part_headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_mail_can_be_downloaded_as_it_was_kept(inbox: Inbox, folder: Path, outgoing: Outgoing) -> None:
    send(inbox, outgoing)
    (kept,) = messages(folder)
    _, raw, headers = fetch(f"{inbox.web_url}/mails/{kept.id}/raw")
    assert raw.encode() == kept.raw()
    assert headers["Content-Disposition"] == f'attachment; filename="{kept.id}.eml"'


def test_programs_read_the_same_as_json(inbox: Inbox, outgoing: Outgoing) -> None:
    send(inbox, outgoing, replace(outgoing, mailbox="liaison@sussex.example"))
    listed = json.loads(fetch(f"{inbox.web_url}/api/mails?mailbox=sussex")[1])
    assert (listed["total"], listed["page"], listed["pages"]) == (1, 1, 1)
    (mail,) = listed["mails"]
    assert mail["mailboxes"] == ["liaison@sussex.example"]
    assert mail["message_id"] == outgoing.message_id
    whole = json.loads(fetch(f"{inbox.web_url}/api/mails/{mail['id']}")[1])
    assert "has not sent its plan" in whole["text"]
    assert ["Auto-Submitted", "auto-generated"] in whole["headers"]


@pytest.mark.parametrize("path", ["no-such", "..%2f..%2fetc%2fpasswd", "20170524T080000.000000Z-0123abcd"])
@pytest.mark.parametrize("part", ["", "/html", "/raw"])
def test_an_unknown_mail_is_not_found(inbox: Inbox, path: str, part: str) -> None:
    assert fetch(f"{inbox.web_url}/mails/{path}{part}")[0] == 404


def test_the_page_of_an_unknown_mail_says_so(inbox: Inbox) -> None:
    _, page, _ = fetch(f"{inbox.web_url}/mails/no-such")
    check_accessible(page)
    assert "Mail not found" in page


def test_another_sites_name_for_this_address_is_turned_away(inbox: Inbox) -> None:
    assert fetch(f"{inbox.web_url}/", host="evil.example")[0] == 400


@pytest.mark.parametrize(
    "wild",
    [
        b"",
        b"no header at all",
        b"Subject: =?no-such-charset?q?=E9?=\r\n\r\nx",
        b"Subject: caf\xe9 \xff\r\nFrom: <<>>\r\nMessage-ID: [oops\r\n\r\nx",
        b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nnever closed",
    ],
)
def test_a_broken_mail_is_kept_and_does_not_break_the_pages(inbox: Inbox, folder: Path, wild: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", urlsplit(inbox.smtp_url).port or 0, local_hostname="test") as client:
        client.sendmail("a@b.example", ["c@d.example"], wild)
    (kept,) = messages(folder)
    assert fetch(f"{inbox.web_url}/")[0] == 200
    for part in ("", "/html", "/raw"):
        assert fetch(f"{inbox.web_url}/mails/{kept.id}{part}")[0] == 200
    assert fetch(f"{inbox.web_url}/api/mails/{kept.id}")[0] == 200


def test_every_colour_of_text_stands_out_from_its_ground() -> None:
    style = (inbox_pages.FOLDER / "page.html.jinja").read_text()
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for ink, ground in [
        ("ink", "paper"),
        ("ink", "shade"),
        ("quiet", "paper"),
        ("deep", "paper"),
        ("deep", "shade"),
    ]:
        assert contrast(colours[ink], colours[ground]) >= 4.5


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
