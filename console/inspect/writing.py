"""An assessment between its form and the office: fields read, shown again, and compared with another's."""

from collections.abc import Mapping

from console.stages import capital
from lifecycle.words import Finding
from office.assessing import FINDINGS
from office.assessment_file import AssessmentFile
from office.drafts import Written


def read_form(file: AssessmentFile, form: Mapping[str, object]) -> Written:
    """What the form says. Browsers send lines with CRLF; kept are plain newlines."""

    def said(name: str) -> str:
        return str(form.get(name, "")).replace("\r\n", "\n")

    numbered = list(enumerate(file.criteria, 1))
    return Written(
        outcome=said("outcome"),
        narrative=said("narrative"),
        private=said("private"),
        findings={one.id: said(f"finding-{number}") for number, one in numbered},
        notes={one.id: said(f"note-{number}") for number, one in numbered},
    )


def finding_items(value: str) -> list[dict[str, object]]:
    """The findings to choose from, as govukSelect takes them."""
    known = [("", "Choose a finding"), *((one.value, text) for one, text in FINDINGS.items())]
    return [{"value": one, "text": text, "selected": one == value} for one, text in known]


def outcome_items(file: AssessmentFile) -> list[dict[str, str]]:
    return [{"value": one, "text": capital(one)} for one in file.rules.policy.outcomes]


def finding_text(value: str) -> str:
    return FINDINGS[Finding(value)] if value else "not decided"


def differences(file: AssessmentFile, theirs: Written, mine: Written) -> list[dict[str, str]]:
    """Where two versions differ: what it is, and both texts whole."""
    pairs = [
        ("Overall outcome", capital(theirs.outcome), capital(mine.outcome)),
        ("What the assessment rests on", theirs.narrative, mine.narrative),
        ("Private notes", theirs.private, mine.private),
    ]
    for number, one in enumerate(file.criteria, 1):
        pairs += [
            (
                f"Finding on criterion {number}",
                finding_text(theirs.findings.get(one.id, "")),
                finding_text(mine.findings.get(one.id, "")),
            ),
            (f"Evidence for criterion {number}", theirs.notes.get(one.id, ""), mine.notes.get(one.id, "")),
        ]
    return [{"what": what, "theirs": their, "mine": my} for what, their, my in pairs if their != my]
