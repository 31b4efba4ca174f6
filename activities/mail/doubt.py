"""What a case's own policy says of a send in doubt."""

from activities.mail.run import UnknownPolicy
from activities.mail.settle import HOLD
from lifecycle.rules import UnknownRules, rules_for
from models.database import Database
from models.tables import CaseRow


def by_policy(database: Database) -> UnknownPolicy:
    """A case's word by the policy it holds. Held where nobody knows: a digest, or a policy this process lacks."""

    def said(case_id: str) -> str:
        with database.reading() as session:
            case = session.get(CaseRow, case_id)
        if case is None:
            return HOLD
        try:
            return rules_for(case.policy_hash, case.calendar_hash, case.division).policy.unknown_send
        except UnknownRules:
            return HOLD

    return said
