"""Stages as people read them, each with the one colour that its tag has everywhere."""

from lifecycle.words import Stage

TAGS: dict[Stage, tuple[str, str]] = {
    Stage.issued: ("Issued", "govuk-tag--grey"),
    Stage.requested: ("Plan requested", "govuk-tag--light-blue"),
    Stage.submitted: ("Submitted", "govuk-tag--blue"),
    Stage.assessed: ("Assessed", "govuk-tag--purple"),
    Stage.authorised: ("Authorised", "govuk-tag--pink"),
    Stage.letter_sent: ("Letter sent", "govuk-tag--turquoise"),
    Stage.published: ("Published", "govuk-tag--yellow"),
    Stage.closed: ("Closed", "govuk-tag--green"),
    Stage.reissued: ("Re-issued", "govuk-tag--orange"),
    Stage.superseded: ("Superseded", "govuk-tag--grey"),
    Stage.no_further_action: ("No further action", "govuk-tag--grey"),
    Stage.withdrawn: ("Withdrawn", "govuk-tag--red"),
}


def stage_text(stage: str) -> str:
    """Letter sent"""
    return TAGS[Stage(stage)][0]


def stage_tag(stage: str) -> dict[str, str]:
    """What govukTag takes."""
    text, classes = TAGS[Stage(stage)]
    return {"text": text, "classes": classes}


def plain(word: str | None) -> str:
    """An outcome, a role or a template as words: "in_progress" and "action-plan-reminder" lose their joints."""
    return (word or "").replace("_", " ").replace("-", " ")


def capital(word: str | None) -> str:
    text = plain(word)
    return text[:1].upper() + text[1:]
