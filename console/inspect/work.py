"""My work, in order of urgency: what is due, from whom it waits, whose it is. Every filter is a link."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from console.inspect.links import at, pages, view
from console.listing import Column, files, heads
from console.pages import render
from console.room import ByVisitor, InRoom, Room, Visitor
from console.rules import case_path, needs
from console.sheets import as_file
from office.allocation import inspectors
from office.ordering import Order
from office.worklist import SORTS, Task, Wanted, Whose, Work, all_work, work

router = APIRouter(include_in_schema=False)
PATH = "/inspect"
TASKS = {
    Task.assess: "Assess",
    Task.time: "Answer a request for time",
    Task.question: "Answer a question",
    Task.draft: "Send the draft letter",
    Task.authorise: "Authorise",
    Task.letter: "Send the letter",
    Task.inspection: "Follow-up inspection",
}
WHOSE = {
    Whose.mine: "What I may do next",
    Whose.own: "Allocated to me",
    Whose.nobody: "Allocated to nobody",
    Whose.all: "Everybody’s",
}
COLUMNS = (
    Column("Due", "due"),
    Column("What to do", "task"),
    Column("Body", "body"),
    Column("Recommendation", "reference"),
    Column("Whose", "holder"),
)
IN_FILE = (
    *("Due", "Days late", "What to do", "Body"),
    *("Recommendation", "Title", "Whose", "Returned", "Link"),
)
DOORS = {
    Task.assess: ("assess", "see_work"),
    Task.time: ("answer", "answer_request"),
    Task.question: ("answer", "answer_question"),
    Task.draft: ("draft", "send_draft"),
    Task.authorise: ("review", "see_work"),
    Task.letter: ("letter", "send_letter"),
    Task.inspection: ("inspection", "record_inspection"),
}
"""The page on which each is done, and what one must be allowed so as to see it."""


class View(BaseModel):
    """What the address says is chosen."""

    whose: Annotated[str, Field(max_length=80)] = Whose.mine.value
    task: Task | None = None
    body: Annotated[str, Field(max_length=80)] = ""
    report: Annotated[str, Field(max_length=80)] = ""
    reference: Annotated[str, Field(max_length=80)] = ""
    late: bool = False
    returned: bool = False
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    sort: Annotated[str, Field(max_length=20)] = ""
    order: Annotated[str, Field(max_length=4)] = ""

    @property
    def standing(self) -> Order:
        """The order asked for; the most urgent first where there is none such."""
        return Order(self.sort, self.order == "desc") if self.sort in SORTS else Order("due")

    def wanted(self) -> Wanted:
        return Wanted(**self.model_dump(exclude={"sort", "order"}), order=self.standing)

    def chosen(self) -> dict[str, object]:
        """As it stands in an address."""
        said = self.model_dump(mode="json")
        return said | {"whose": "" if self.whose == Whose.mine else self.whose}


async def work_file(room: Room, visitor: Visitor, asked: View, kind: str, name: str, title: str) -> Response:
    """The work that a view shows, on all its pages, as a file."""
    found = await room.read(lambda database: all_work(database, visitor.actor, asked.wanted(), room.today))
    rows = [
        (
            *(line.due, line.days_late or None, TASKS[line.task], line.body_name),
            *(line.reference, line.title, line.holder_name, "returned" if line.returned else ""),
            room.settings.base_url + case_path(line.case),
        )
        for line in found
    ]
    return await as_file(kind, name, title, IN_FILE, room.today, lambda: rows)


@router.get(f"{PATH}/export.{{kind}}", dependencies=[needs("see_work")])
async def export(room: InRoom, visitor: ByVisitor, asked: Annotated[View, Query()], kind: str) -> Response:
    return await work_file(room, visitor, asked, kind, "work", "Work")


@router.get(PATH, dependencies=[needs("see_work")])
async def show(
    request: Request, room: InRoom, visitor: ByVisitor, asked: Annotated[View, Query()]
) -> Response:
    found = await room.read(lambda database: work(database, visitor.actor, asked.wanted(), room.today))
    people = await room.read(lambda database: inspectors(database, room.now))
    chosen = asked.chosen()
    return render(
        request,
        "inspect/work.html",
        view=asked,
        found=found,
        tasks=TASKS,
        whose=_choices(asked, people),
        task_links=[
            (name, found.counts.get(task, 0), view(PATH, chosen, task=task.value), task == asked.task)
            for task, name in TASKS.items()
        ],
        late_link=view(PATH, chosen, late=not asked.late),
        returned_link=view(PATH, chosen, returned=not asked.returned),
        all_link=view(PATH, chosen, task=""),
        filters=_filters(asked, chosen),
        narrow={
            name: (lambda value, name=name: view(PATH, chosen, **{name: value}))
            for name in ("body", "report", "reference")
        },
        href=lambda line: _door(visitor, line),
        heads=heads(request, COLUMNS, asked.standing),
        files=files(request, PATH),
        case_path=case_path,
        pagination=pages(PATH, chosen, asked.page, found.pages),
        me=visitor.id,
        leads=visitor.may("allocate"),
        publishes=visitor.may("publish"),
        acts=visitor.may("complete_assessment"),
    )


def _door(visitor: Visitor, line: Work) -> str:
    """Where it is done; the case's page for those who may only look on."""
    page, needed = DOORS[line.task]
    return at(line.case, page) if visitor.may(needed, line.body) else case_path(line.case)


def _choices(asked: View, people: list[tuple[str, str]]) -> list[dict[str, object]]:
    """What the select of whose work it is offers."""
    named = [*((one.value, text) for one, text in WHOSE.items()), *people]
    return [{"value": value, "text": text, "selected": value == asked.whose} for value, text in named]


def _filters(asked: View, chosen: dict[str, object]) -> list[dict[str, str]]:
    """The filters that are on, each with the link that takes it off."""
    on = {"body": "Body", "report": "Report", "reference": "Recommendation"}
    return [
        {"category": title, "text": str(chosen[name]), "href": view(PATH, chosen, **{name: ""})}
        for name, title in on.items()
        if chosen[name]
    ]
