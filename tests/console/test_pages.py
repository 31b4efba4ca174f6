"""Pages: what every page gets, how dates are printed, and that a misspelt name in a page is an error."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from jinja2 import UndefinedError
from markupsafe import Markup

from console import pages
from tests.console import shell
from tests.console.shell import INSPECTOR


def answer(name: str, state: dict[str, object], path: str = "/inspect/cases/1", **context: Any):
    app = FastAPI()

    @app.get(path)
    def show(request: Request) -> HTMLResponse:
        for key, value in state.items():
            setattr(request.state, key, value)
        return pages.render(request, name, **context)

    return TestClient(app).get(path)


def said(source: str, **context: object) -> str:
    return pages.environment.from_string(source).render(context)


def test_a_deadline_reads_as_the_letters_have_it():
    day = date(2026, 12, 4)
    assert said("{{ d | deadline }}", d=day) == "by 11:59pm on Friday 4 December 2026"
    assert said("{{ d | short_day }}", d=day) == "4 Dec 2026"
    assert said("{{ d | long_day }}", d=day) == "Friday 4 December 2026"
    assert said("{{ d | day }}", d=day) == "4 December 2026"


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 12, 4, 9, 5, tzinfo=UTC), "4 December 2026 at 9:05am"),
        (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), "1 July 2026 at 1:30pm"),
        (datetime(2026, 12, 4, 12, 0, tzinfo=UTC), "4 December 2026 at 12:00pm"),
        (datetime(2026, 6, 30, 23, 15, tzinfo=UTC), "1 July 2026 at 12:15am"),
    ],
)
def test_an_instant_reads_by_london_s_clocks(at, text):
    assert said("{{ at | instant }}", at=at) == text


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        pages.instant_text(datetime(2026, 12, 4))  # noqa: DTZ001


def test_a_misspelt_name_in_a_page_is_an_error():
    with pytest.raises(UndefinedError, match="'reasn' is undefined"):
        said("{{ reasn }}")


def test_macros_may_probe_for_what_they_are_not_given():
    assert 'class="govuk-tag"' in said("{{ govukTag({'text': 'Late'}) }}")


def test_macros_escape_what_they_are_given():
    assert "&lt;b&gt;" in said("{{ govukTag({'text': t}) }}", t="<b>")
    assert "&lt;b&gt;" in said("{{ mojBadge(t) }}", t="<b>")


def test_what_draws_the_crown_is_not_to_hand():
    assert not {"govukHeader", "govukFooter"} & set(pages.environment.globals)


def test_the_page_names_who_is_signed_in_and_where_they_are():
    page = answer("shared/help.html", {"person": INSPECTOR}).text
    assert '<a class="app-person__name" href="/account">Jo &lt;Park&gt;</a>' in page
    assert page.count('aria-current="true"') == 1
    assert re.search(r'href="/inspect"\s+aria-current="true"', page)


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/inspect", [("My work", True)]),
        ("/inspect/cases/1", [("My work", False)]),
        ("/inspect/moderation", [("Moderation", True)]),
        ("/inspector", []),
    ],
)
def test_the_nearest_door_is_marked(path, marked):
    doors = pages.navigation(INSPECTOR.doors, path)
    assert [(door["text"], door["current"]) for door in doors if door["active"]] == marked


def test_without_a_person_there_is_no_navigation():
    page = answer("shared/help.html", {}).text
    assert "Sign out" not in page
    assert "govuk-service-navigation" not in page


def test_scripts_carry_the_nonce_and_nothing_is_inline():
    page = answer("shared/help.html", {"nonce": "n0nce"}).text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S)
    assert len(scripts) == 2
    assert all('nonce="n0nce"' in attributes and not body for attributes, body in scripts)
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)


def test_an_error_comes_first_in_title_and_page():
    page = answer("shared/help.html", {}, errors={"reason": "Enter a reason"}).text
    assert "<title>Error: Help – Followthrough</title>" in page
    assert "There is a problem" in page
    assert '<a href="#reason">Enter a reason</a>' in page
    assert page.index("There is a problem") < page.index("<h1")


def test_a_field_shows_its_own_error():
    field = "{{ govukInput({'id': 'reason', 'name': 'reason', 'label': {'text': 'Reason'},"
    field += " 'errorMessage': error_message(errors, 'reason')}) }}"
    assert "Enter a reason" in said(field, errors={"reason": "Enter a reason"})
    assert "govuk-error-message" not in said(field, errors={"other": "Enter another"})


def test_what_was_done_and_what_this_installation_is_are_shown():
    page = answer("shared/help.html", {"flash": "Sent & kept", "installation_note": "Not armed"}).text
    assert "Sent &amp; kept" in page
    assert "govuk-notification-banner--success" in page
    assert "Not armed" in page


def test_a_page_may_answer_with_another_status():
    assert answer("shared/not_found.html", {}, status=404).status_code == 404


@pytest.mark.parametrize("address", shell.ADDRESSES)
def test_the_shared_pages_are_there(address):
    page = TestClient(shell.app()).get(address)
    assert re.search(r"<title>[^<]+ – Followthrough</title>", page.text)
    assert page.text.count("<h1") == 1


def test_a_timeline_keeps_title_and_byline_apart():
    entry = SimpleNamespace(
        title="Submitted", byline="Jo", at="2026-12-04T09:05:00Z", when="4 December 2026 at 9:05am"
    )
    assert re.search(r"Submitted</h2> <p[^>]*>by Jo</p>", said("{{ mojTimeline([e]) }}", e=entry))


def test_a_timeline_entry_needs_neither_byline_nor_text():
    entry = {"title": "Issued", "at": "2026-12-04", "when": "4 December 2026"}
    assert "byline" not in said("{{ mojTimeline([e]) }}", e=entry)


def test_a_filter_says_what_is_chosen_and_how_to_take_it_off():
    chosen = [{"category": "Stage", "text": "Issued", "href": "?"}]
    form = said("{% call mojFilter(c, '/cases') %}FIELDS{% endcall %}", c=chosen)
    assert 'method="get"' in form
    assert "Remove this filter:</span> Issued</a>" in form
    assert "FIELDS" in form


def test_a_sortable_table_is_in_a_pane_that_the_keyboard_reaches():
    table = said(
        "{{ mojSortableTable('Cases', columns, rows) }}",
        columns=[{"text": "Case", "sort": "none"}, {"text": "Days", "numeric": True, "sort": "ascending"}],
        rows=[[{"text": Markup("<a href='/1'>R-1</a>"), "header": True}, {"text": "20 late", "sort": -20}]],
    )
    assert 'role="region" aria-label="Cases" tabindex="0"' in table
    assert re.search(r'<th scope="row" class="govuk-table__header"><a href', table)
    assert 'data-sort-value="-20">20 late</td>' in table
    assert table.count("aria-sort=") == 2


def test_sub_navigation_marks_where_one_is():
    nav = said("{{ mojSubNavigation([('Clocks', '/c'), ('Mail', '/m')], '/m') }}")
    assert re.findall(r'aria-current="page" href="([^"]+)"', nav) == ["/m"]
