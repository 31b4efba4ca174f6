"""The ledger's tables. Importing this package registers them all on `SQLModel.metadata`."""

from models.tables.access import AccessToken, Account, SignInLink, WebSession
from models.tables.bodies import Body, Contact, Oversees, OversightBody, Person, PersonRole
from models.tables.bodywork import ContactChange, ContactCover, SubmissionDraft
from models.tables.casework import Content, Document, Order, SealedText
from models.tables.inspecting import Allocation, AssessmentDraft, Conflict, InspectorCover
from models.tables.installation import Arming, Heartbeat, Installation, Repair
from models.tables.ledger import ActTaken, CaseRow, ClockRow, EventRow
from models.tables.letters import LetterDraft, Signatory
from models.tables.personnel import PersonnelChange
from models.tables.post import Attempt, Mail, MailState, Notice, NoticeState
from models.tables.reports import Criterion, Recommendation, Report
from models.tables.secrecy import CaseKey, Disposal, LegalHold
from models.tables.uploads import Scan, ScanState, Upload

__all__ = [
    "AccessToken",
    "Account",
    "ActTaken",
    "Allocation",
    "Arming",
    "AssessmentDraft",
    "Attempt",
    "Body",
    "CaseKey",
    "CaseRow",
    "ClockRow",
    "Conflict",
    "Contact",
    "ContactChange",
    "ContactCover",
    "Content",
    "Criterion",
    "Disposal",
    "Document",
    "EventRow",
    "Heartbeat",
    "InspectorCover",
    "Installation",
    "LegalHold",
    "LetterDraft",
    "Mail",
    "MailState",
    "Notice",
    "NoticeState",
    "Order",
    "Oversees",
    "OversightBody",
    "Person",
    "PersonRole",
    "PersonnelChange",
    "Recommendation",
    "Repair",
    "Report",
    "Scan",
    "ScanState",
    "SealedText",
    "SignInLink",
    "Signatory",
    "SubmissionDraft",
    "Upload",
    "WebSession",
]
