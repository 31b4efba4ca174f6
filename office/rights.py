"""One place that says in which roles each act may be taken, and each page seen.

The workflow adds what a case's policy and history refuse.
"""

from lifecycle.words import Role
from office.people import Actor, NotAllowed, owners_of

INSPECTORS = (Role.inspector, Role.lead_inspector)
BODY = (Role.liaison, Role.chief_officer)
WATCHERS = (Role.operations, *INSPECTORS, Role.oversight_group, Role.auditor)

MAY: dict[str, tuple[Role, ...]] = {
    "send_request_letter": (Role.lead_inspector, Role.inspector, Role.operations),
    "acknowledge": (*BODY, Role.operations),
    "record_submission": (*BODY, Role.operations, *INSPECTORS),
    "withdraw_submission": (*BODY, Role.operations),
    "accept_late": INSPECTORS,
    "ask_for_document": INSPECTORS,
    "complete_assessment": INSPECTORS,
    "take_back_assessment": INSPECTORS,
    "send_draft": INSPECTORS,
    "comment_on_draft": (*BODY, Role.operations),
    "answer_point": INSPECTORS,
    "authorise": (Role.lead_inspector,),
    "recall_letter": (Role.lead_inspector, Role.operations),
    "return_assessment": (Role.lead_inspector,),
    "draft_letter": (*INSPECTORS, Role.operations),
    "send_letter": (Role.lead_inspector, Role.operations),
    "correct_letter": (Role.lead_inspector,),
    "send_word": (Role.lead_inspector,),
    "publish": (Role.lead_inspector, Role.operations),
    "publish_held": (Role.lead_inspector,),
    "withdraw_letter": (Role.lead_inspector,),
    "restore_letter": (Role.lead_inspector,),
    "report_same": (Role.lead_inspector,),
    "declare_implemented": (*BODY, Role.operations),
    "record_inspection": INSPECTORS,
    "withdraw": (Role.lead_inspector,),
    "move_due_date": (Role.lead_inspector, Role.inspector),
    "ask_for_time": (*BODY, Role.operations),
    "answer_request": (Role.lead_inspector, Role.inspector),
    "ask_question": (*BODY, Role.operations),
    "answer_question": (*INSPECTORS, Role.operations),
    "invite_comments": (Role.oversight, Role.operations),
    "record_response": (Role.oversight, Role.operations),
    "open": (Role.operations, Role.lead_inspector),
    "import": (Role.operations, Role.lead_inspector),
    "repair": (Role.operations,),
    "open_payloads": (Role.operations,),
    "dispose": (Role.lead_inspector, Role.operations),
    "bundle": (Role.lead_inspector, Role.operations, Role.auditor),
    "mail": (Role.operations,),
    "people": (Role.operations,),
    "allocate": (Role.lead_inspector, Role.operations),
    "take_case": INSPECTORS,
    "arrange_cover": INSPECTORS,
    "declare_conflict": INSPECTORS,
    "contacts": (*BODY, Role.oversight, Role.operations),
    "see_case": (*BODY, Role.oversight, *WATCHERS),
    "see_body": (*BODY, *WATCHERS),
    "see_oversight": (Role.oversight, *WATCHERS),
    "see_work": (*INSPECTORS, Role.auditor),
    "see_people": (*INSPECTORS, Role.operations, Role.auditor),
    "see_cases": WATCHERS,
    "see_operations": (Role.operations, Role.lead_inspector, Role.auditor),
}
"""The acts of `lifecycle.acts` by their kinds; what is done to other things; what is looked at (`see_`)."""


def role_for(actor: Actor, act: str, body: str, oversight: str | None) -> Role:
    """The role in which this person may take this act on a case of this body.

    Raises:
        NotAllowed: when none of the person's roles may.
    """
    for role in MAY[act]:
        if actor.holds(role, owners_of(role, body, oversight)):
            return role
    needed = ", ".join(role.value for role in MAY[act])
    raise NotAllowed(
        f"{actor.id} may not {act.replace('_', ' ')} for {body or 'the inspectorate'}. It needs one of: {needed}."
    )


def may(actor: Actor, act: str, body: str = "", oversight: str | None = None) -> bool:
    """Whether this person may take this act, or see this, for this body."""
    try:
        role_for(actor, act, body, oversight)
    except NotAllowed:
        return False
    return True
