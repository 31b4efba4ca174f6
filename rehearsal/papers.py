"""The papers of a history: what letters, submissions and narratives say. Each names what in it is illustrative."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from activities.mail.addressing import Addresses
from lifecycle.dates import plain_date
from lifecycle.words import Role
from models.tables import Body, CaseRow, OversightBody
from office.letters import Assessment, Criterion, Envelope, Letter, Request, render_letter, render_request
from rehearsal.history import BodyHistory, Fact, History

REHEARSAL = (
    "Rehearsal: Followthrough wrote this letter from the public record, in its own words. "
    "It is not the inspectorate's letter."
)
ILLUSTRATIVE = "Illustrative, because not known of this body"


@dataclass(frozen=True)
class Papers:
    """The papers of one history. Offices are those of the ledger on the day of writing."""

    history: History

    def request(self, session: Session, body: BodyHistory, day: date) -> Letter:
        report, recommendation = self.history.report, self.history.recommendation
        envelope = self._envelope(session, body, day, f"Request for your plan: {recommendation.title}", ())
        return render_request(
            envelope,
            Request(
                report=report.title,
                published_on=report.published_on,
                recommendation=recommendation.quoted or recommendation.summary,
                criteria=tuple(_capital(criterion.name) for criterion in recommendation.criterion),
                due=body.submission_due,
            ),
        )

    def assessment(self, session: Session, body: BodyHistory, day: date) -> Letter:
        facts: tuple[Fact, ...] = ("findings", "verdict") if body.verdict else ("findings", "outcome")
        envelope = self._envelope(session, body, day, self.history.letter.subject, facts)
        return render_letter(envelope, self.assessed(body))

    def assessed(self, body: BodyHistory) -> Assessment:
        """What the assessment letter to a body tells."""
        words, recommendation = self.history.letter, self.history.recommendation
        return Assessment(
            background=words.background,
            quoted=recommendation.quoted or recommendation.summary,
            reviewed=words.reviewed,
            outcome=body.outcome,
            criteria=tuple(
                Criterion(one.name, body.findings[one.id], one.says) for one in recommendation.criterion
            ),
            requested_on=body.requested,
            submission_due=body.submission_due,
            submitted=body.submitted is not None,
            verdict=body.verdict or words.verdict.get(body.outcome, ""),
            follow_up=words.follow_up,
        )

    def submission(self, body: BodyHistory, day: date) -> str:
        said = f"The plan of {body.id} for {self.history.recommendation.title!r}, received {plain_date(day)}."
        return f"{said} {self.marks(body, 'submitted')}".strip()

    def narrative(self, body: BodyHistory) -> str:
        """The inspector's note on an assessment: the verdict and the finding on each criterion."""
        found = (f"{name}: {finding.value.replace('_', ' ')}" for name, finding in body.findings.items())
        said = "; ".join((f"Outcome: {body.outcome.replace('_', ' ')}", *found))
        return f"{said}. {self.marks(body, 'assessed', 'findings', 'outcome')}".strip()

    def marks(self, body: BodyHistory, *facts: Fact) -> str:
        """What of these facts is made up, as a sentence; empty when all are known."""
        found = [fact for fact in facts if fact in body.illustrative]
        return f"{ILLUSTRATIVE}: {', '.join(found)}." if found else ""

    def _envelope(
        self, session: Session, body: BodyHistory, day: date, subject: str, facts: tuple[Fact, ...]
    ) -> Envelope:
        addresses = Addresses(session, day)
        case = session.get(CaseRow, self.history.case_id(body.id))
        row = session.get_one(Body, body.id)
        chief = addresses.find(case, Role.chief_officer)
        oversight = session.get(OversightBody, addresses.owner(case, Role.oversight) or "")
        return Envelope(
            body_name=row.name,
            on=day,
            subject=subject,
            addressee=chief.office if chief else "Chief officer",
            kind=row.kind,
            copied_to=oversight.name if oversight else "",
            note=f"{REHEARSAL} {self.marks(body, *facts)}".strip(),
        )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
