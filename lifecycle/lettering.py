"""Letters and their two people: exactly what a second person authorised is sent; recalled before, corrected after."""

from collections.abc import Collection

from lifecycle import acts as a
from lifecycle import events as e
from lifecycle.case import Case
from lifecycle.checking import refuse_unchecked
from lifecycle.moments import Moment, base, need, refuse_earlier_than_stage
from lifecycle.passage import refuse_same_person
from lifecycle.rules import Rules
from lifecycle.words import LetterKind, Refused, Stage

SENT = (Stage.letter_sent, Stage.published)


def authorise(case: Case, act: a.Authorise, moment: Moment, rules: Rules) -> e.Event:
    """The assessment with its letter; or, where one is authorised, another letter instead of it."""
    again = case.stage is Stage.authorised and act.letter is not None
    need(case, (Stage.assessed, Stage.authorised) if again else (Stage.assessed,), "authorising", rules)
    refuse_earlier_than_stage(case, moment)
    refuse_same_person(case, act.actor, "authorise")
    _refuse_writer(act.actor, act.written_by, "authorise")
    if not again:
        refuse_unchecked(case, rules)
    if act.letter is None and rules.policy.authorises == "letter":
        raise Refused("Name the letter that is authorised: no other can be sent.")
    if again and act.letter == case.letter:
        raise Refused(f"{case.authorised_by} has authorised this letter already. Send it.")
    return e.Authorised.model_validate(
        {
            **base(act, moment),
            "letter": act.letter,
            "written_by": act.written_by,
            "instead_of": case.letter if again else None,
        }
    )


def recall(case: Case, act: a.RecallLetter, moment: Moment, rules: Rules) -> e.Event:
    if case.stage in SENT:
        raise Refused(f"The letter of {case.id} is sent and cannot be recalled. Send a corrected one.")
    need(case, (Stage.authorised,), "recalling the letter", rules)
    refuse_earlier_than_stage(case, moment)
    return e.LetterRecalled.model_validate({**base(act, moment), "letter": case.letter, "reason": act.reason})


def send(case: Case, act: a.SendLetter, moment: Moment, rules: Rules) -> e.Event:
    need(case, (Stage.authorised,), "sending the letter", rules)
    refuse_earlier_than_stage(case, moment)
    if case.letter is None and rules.policy.authorises == "letter":
        raise Refused(f"No letter of {case.id} is authorised. Have a second person authorise this one.")
    if case.letter is not None and act.letter != case.letter:
        raise Refused(
            f"{case.authorised_by} authorised the letter {case.letter}; this is another, {act.letter}. "
            "Send the one that is authorised, or have a second person authorise this one."
        )
    return e.LetterSent.model_validate({**base(act, moment), "letter": act.letter})


def correct(case: Case, act: a.CorrectLetter, moment: Moment, rules: Rules) -> e.Event:
    need(case, SENT, "correcting the letter", rules)
    refuse_earlier_than_stage(case, moment)
    if act.corrects != case.letter:
        raise Refused(
            f"{act.corrects} is not the letter that stands, which is {case.letter}. Correct that one."
        )
    if act.letter == case.letter:
        raise Refused("The corrected letter says what the old one says. Change it first.")
    if not act.written_by:
        raise Refused("Say who wrote the corrected letter: another person sends it.")
    _refuse_writer(act.actor, act.written_by, "send")
    return e.LetterCorrected.model_validate(
        {
            **base(act, moment),
            "letter": act.letter,
            "corrects": act.corrects,
            "reason": act.reason,
            "written_by": act.written_by,
        }
    )


def send_word(case: Case, act: a.SendWord, moment: Moment, rules: Rules) -> e.Event:
    """A letter that neither starts nor meets a duty: it may go until the case ends."""
    if act.of is not LetterKind.reminder and not act.written_by:
        raise Refused(f"Say who wrote the letter on {act.of.value}: another person sends it.")
    _refuse_writer(act.actor, act.written_by, "send")
    return e.WordSent.model_validate(
        {**base(act, moment), "letter": act.letter, "of": act.of, "written_by": act.written_by}
    )


def _refuse_writer(actor: str, writers: Collection[str], deed: str) -> None:
    if actor in writers:
        raise Refused(f"{actor} wrote in this letter; another person must {deed} it.")
