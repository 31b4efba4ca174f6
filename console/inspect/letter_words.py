"""Writing in a letter: each passage beside the template's words; every version is kept."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from console.cookies import onward
from console.inspect import forms
from console.inspect.file import file_for
from console.inspect.links import at
from console.pages import render
from console.room import ByVisitor, InRoom, Room
from console.rules import case_path, needs
from console.stages import stage_tag
from lifecycle.words import Refused
from models.database import Database
from office import letter_drafts
from office.assessment_file import AssessmentFile
from office.letter_drafts import Saved, Version
from office.letter_edits import difference
from office.letter_papers import WALES, NoPapers, template_of
from office.letter_parts import Kind, Paper
from office.letter_words import Language

router = APIRouter(include_in_schema=False)
BASE = "/inspect/{reference}/{body}"
WRITES = needs("draft_letter", of="case")
LANGUAGES = {"english": Language.english, "welsh": Language.welsh}
MARK = "passage-"


@router.get(f"{BASE}/write", dependencies=[WRITES])
async def write(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    reference: str,
    body: str,
    language: Annotated[str, Query()] = "english",
) -> Response:
    file = await file_for(room, visitor, reference, body)
    return await _page(request, room, file, language, {}, {})


@router.post(f"{BASE}/write", dependencies=[WRITES])
async def keep(
    request: Request,
    room: InRoom,
    visitor: ByVisitor,
    reference: str,
    body: str,
    language: Annotated[str, Query()] = "english",
) -> Response:
    """Keep the passages as a new version, written on the one that was shown."""
    file, form = await file_for(room, visitor, reference, body), await forms.read(request)
    paper = await _paper(room, file, language)
    if paper is None:
        return await _page(request, room, file, language, form, {})
    words = {name.removeprefix(MARK): said for name, said in form.items() if name.startswith(MARK)}
    base = form.get("base", "")
    reviewer = form.get("reviewed_by", "").strip()[:200] if paper.language is Language.welsh else ""

    def kept(database: Database) -> Saved:
        return letter_drafts.save(
            database,
            visitor.id,
            [file.row.id],
            paper,
            words,
            int(base) if base.isdecimal() and len(base) < 7 else 0,
            room.now,
            reviewer,
        )

    try:
        saved = await room.read(kept)
    except Refused as refused:
        return await _page(request, room, file, language, form, {"passages": str(refused)})
    if saved.newest is not None:
        said = (
            f"{saved.newest.person} saved version {saved.newest.number} meanwhile. Yours is kept as version "
            f"{saved.version.number}, set aside: here is theirs."
        )
    else:
        said = f"Kept as version {saved.version.number}. Another person authorises the letter."
    where = at(file.row.id, "write") + ("?language=welsh" if paper.language is Language.welsh else "")
    return onward(room.keys, where, said)


async def _paper(room: Room, file: AssessmentFile, language: str) -> Paper | None:
    if file.assessed is None or file.case.assessed_by is None:
        return None
    try:
        return await template_of(
            room.desk, Kind.assessment, file.row.id, LANGUAGES.get(language, Language.english)
        )
    except NoPapers:
        return None


async def _page(
    request: Request,
    room: Room,
    file: AssessmentFile,
    language: str,
    form: forms.Form,
    errors: forms.Errors,
) -> Response:
    paper = await _paper(room, file, language)
    versions = await room.read(lambda database: _versions(database, file, paper)) if paper else []
    tip = next((one for one in versions if not one.set_aside), None)
    return render(
        request,
        "inspect/write.html",
        422 if errors else 200,
        file=file,
        paper=paper,
        rows=_rows(paper, tip, form) if paper else [],
        tip=tip,
        versions=versions,
        welsh=language == "welsh",
        wales=bool(file.body and file.body.nation == WALES),
        reviewed_by=form.get("reviewed_by", tip.reviewed_by if tip else ""),
        stage=stage_tag(file.case.stage),
        case_path=case_path,
        at=at,
        errors=errors,
    )


def _versions(database: Database, file: AssessmentFile, paper: Paper) -> list[Version]:
    return letter_drafts.versions(database, paper.kind, [file.row.id], paper.language)


def _rows(paper: Paper, tip: Version | None, form: Mapping[str, str]) -> list[dict[str, object]]:
    """Each passage: the template's words, those that stand, and the way from one to the other."""
    edits = tip.edits if tip else {}
    found = []
    for passage in paper.passages:
        words = edits[passage.id].words if passage.id in edits else passage.words
        stale = passage.id in edits and edits[passage.id].template != passage.words
        found.append(
            {
                "id": passage.id,
                "field": MARK + passage.id,
                "template": passage.words,
                "words": form.get(MARK + passage.id, words),
                "changed": difference(passage.words, words) if words != passage.words else (),
                "stale": stale,
                "rows": min(12, 2 + len(words) // 90),
            }
        )
    return found
