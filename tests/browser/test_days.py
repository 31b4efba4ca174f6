"""The three people's days, one after another, as they are done in a browser against the real engine.

A force submits, an inspector assesses, a lead authorises, operations sees a fault and resolves it.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from temporalio.client import Client

from console.room import TASK_QUEUE
from console.rules import case_path
from office.auditing import SEATS, audit_seats, keep_repairs
from office.reading import case_file
from tests.browser.sight import axe

SOON = timedelta(minutes=10)  # what a reconciliation a little later would find
pytestmark = [pytest.mark.browser, pytest.mark.server]


async def sign_in(window, there, person, mailbox):
    """As everybody does: ask for a link, open it from the mail, press the button."""
    await window.go("/sign-in")
    await window.page.get_by_label("Your work email address").fill(mailbox)
    await window.page.get_by_role("button", name="Send me a link").click()
    await window.page.get_by_text("is on its way").wait_for()
    mail = await asyncio.to_thread(there.mail_to, mailbox, "Sign in to Followthrough")
    await window.go(there.link_in(mail))
    await window.page.get_by_role("button", name="Sign in as").first.click()
    await window.page.get_by_role("button", name="Sign out").wait_for()


@pytest.fixture(scope="session")
def case(there):
    """A case whose plan is asked for and has not come."""
    return there.case_at("requested", "seed")


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "Plan of the force.pdf"
    document = pikepdf.new()
    document.add_blank_page()
    document.save(path)
    return path


def stage(there, case):
    found = case_file(there.database, case.id)
    assert found
    return found.row.stage


async def test_1_a_force_submits_its_plan_and_has_a_receipt(open_window, there, case, plan):
    window = await open_window(there.address)
    page = window.page
    found = case_file(there.database, case.id)
    assert found
    assert found.body
    mailbox = next(mail for mail in (f"liaison@{case.body}.police.example",))
    await sign_in(window, there, f"liaison-{case.body}", mailbox)

    await page.get_by_role("heading", name="What we owe").wait_for()
    row = page.get_by_role("row").filter(has_text="Submission of the plan").filter(has_text=case.reference)
    await row.get_by_role("link", name="Submit").click()
    await page.get_by_role("checkbox", name=case.reference).check()
    await page.get_by_role("button", name="Continue").click()

    await page.get_by_label("What you have done, or plan to do").fill("We have reviewed our plan.")
    await page.get_by_label("Upload a document").set_input_files(plan)
    await page.get_by_role("button", name="Upload", exact=True).click()
    await page.get_by_role("row").filter(has_text=plan.name).wait_for()
    await page.get_by_role("button", name="Continue").click()
    await axe(page)
    await page.get_by_role("button", name="Submit", exact=True).click()

    await page.get_by_text("We have received it").wait_for()
    await axe(page)
    assert plan.name in await page.inner_text("main")
    assert stage(there, case) == "submitted"
    receipt = await asyncio.to_thread(there.mail_to, mailbox, "Receipt")
    assert plan.name in receipt


async def test_2_an_inspector_hears_of_it_and_assesses(open_window, there, case):
    window = await open_window(there.address)
    page = window.page
    told = await asyncio.to_thread(there.mail_to, "inspector@inspectorate.example", case.reference)
    assert "ubmission" in told
    await sign_in(window, there, "inspector-1", "inspector-1@inspectorate.example")

    await page.goto(f"{there.address}/inspect?body={case.body}&whose=all")
    await page.get_by_role("row").filter(has_text=case.reference).get_by_role("link", name="Assess").click()
    assert "We have reviewed our plan." in await page.inner_text("main")
    for select in await page.get_by_label("Finding").all():
        await select.select_option(index=1)
    await page.get_by_label("What the assessment rests on").fill("The plan, and its annex.")
    await page.get_by_label("Private notes").fill("Ask their board in spring.")
    await page.get_by_role("radio", name="Started", exact=True).check()
    await page.get_by_role("button", name="Save and check before completing").click()

    await page.get_by_role("heading", name="The letter as it will read").wait_for()
    assert "Ask their board" not in await page.inner_text(".app-letter")
    await axe(page)
    await page.get_by_role("button", name="Complete the assessment").click()
    await page.get_by_role("alert", name="Success").wait_for()
    assert stage(there, case) == "assessed"


async def test_3_a_lead_authorises_what_another_assessed(open_window, there, case):
    window = await open_window(there.address)
    page = window.page
    await sign_in(window, there, "lead-2", "lead-2@inspectorate.example")
    await page.goto(f"{there.address}/inspect/authorise?body={case.body}")
    await page.get_by_role("checkbox", name=case.reference).first.check()
    await page.get_by_role("button", name="Authorise the chosen").click()
    results = page.get_by_role("status").filter(has_text="What was done")
    assert f"{case.body}: done" in await results.inner_text()
    await axe(page)
    assert stage(there, case) == "authorised"


async def test_4_operations_sees_a_lost_workflow_and_seats_the_case_again(open_window, there, case):
    client = await Client.connect(f"127.0.0.1:{there.there.ports['ENGINE_PORT']}")
    await client.get_workflow_handle(case.id).terminate("a test loses it")
    found = await audit_seats(client, there.database, TASK_QUEUE, datetime.now(UTC) + SOON)
    assert [one.subject for one in found] == [case.id]
    await asyncio.to_thread(keep_repairs, there.database, found, SEATS)

    window = await open_window(there.address)
    page = window.page
    await sign_in(window, there, "ops-1", "ops-1@inspectorate.example")
    await page.get_by_role("link", name="Operations").click()
    await page.get_by_role("link", name="Needs a person").click()
    await page.get_by_role("link", name="Case without a workflow").last.click()
    await axe(page)
    await page.get_by_label("to confirm").first.fill("something else")
    await page.get_by_role("button", name="Seat the case again").click()
    await page.get_by_text("There is a problem").wait_for()
    await page.get_by_label("to confirm").first.fill(case.reference)
    await page.get_by_role("button", name="Seat the case again").click()
    await page.get_by_text("is seated again on its ledger").wait_for()

    await page.goto(f"{there.address}{case_path(case.id)}?ask=workflow")
    assert "uthorised" in await page.inner_text("main")
    assert stage(there, case) == "authorised"
