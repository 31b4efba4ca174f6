"""A case's file as its page shows it: words, rows and tags, made from what the visitor's side may read."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from console.casefile.gantt import finding, gantt
from console.pages import instant_text
from console.stages import capital, plain, stage_tag
from lifecycle.dates import local_date, plain_date
from lifecycle.explain import in_words, waiting_for
from lifecycle.words import Side
from models.messages import Recorded
from models.tables import Mail, MailState, Notice, NoticeState
from office.dossier import Dossier
from office.duties import Duty

NOTICE_STATES = {
    NoticeState.due: "waits to be sent",
    NoticeState.claimed: "being sent",
    NoticeState.sent: "sent",
    NoticeState.refused: "refused",
    NoticeState.unknown: "unknown whether it was sent",
    NoticeState.not_sent: "not sent",
}
MAIL_STATES = {
    MailState.composed: "waits to be sent",
    MailState.sending: "being sent",
    MailState.accepted: "accepted by the mail server",
    MailState.refused: "refused by the mail server",
    MailState.deferred: "put off; it will be tried again",
    MailState.unknown: "unknown whether it was sent",
    MailState.dropped: "dropped",
}

RECENT = 30
"""So many events are shown at once."""


@dataclass(frozen=True)
class Happened:
    """One event on the timeline, as mojTimeline takes it."""

    title: str
    at: str
    when: str
    byline: str
    text: str


@dataclass(frozen=True)
class Comes:
    """Something that happens if nobody acts."""

    when: str
    what: str
    told: str
    clock: str
    reason: str


@dataclass(frozen=True)
class Post:
    """A notice or a mail, with what became of it."""

    when: str
    what: str
    to: str
    outcome: str


@dataclass(frozen=True)
class Shown:
    """All that the page shows in words. `older` events are folded away."""

    stage: dict[str, str]
    outcome: str
    waiting: str
    recent: list[Happened]
    older: list[Happened]
    chart: Markup
    chart_says: str
    coming: list[Comes]
    notices: list[Post]
    mails: list[Post]


def shown(file: Dossier, today: date) -> Shown:
    happened = timeline(file)
    return Shown(
        stage=stage_tag(file.told.case.stage),
        outcome=capital(file.told.case.outcome),
        waiting=waits_for(file),
        recent=happened[:RECENT],
        older=happened[RECENT:],
        chart=chart(file, today),
        chart_says=chart_says(file, today),
        coming=agenda(file),
        notices=notices(file),
        mails=mails(file),
    )


def waits_for(file: Dossier) -> str:
    """What the case waits for, in words. Outside the inspectorate only whose duty is next, and by when."""
    if file.side is Side.inspectorate:
        return file.row.waiting_for
    if file.rules is None or file.told.case.ended:
        return ""
    return waiting_for(file.told.case, file.rules).split("; ")[0]


def timeline(file: Dossier) -> list[Happened]:
    """Newest first."""
    return [_happened(one, file) for one in reversed(file.told.events)]


def _happened(one: Recorded, file: Dossier) -> Happened:
    """An event dated before the day on which it was recorded has a day, and no hour that we know."""
    event = one.event
    recorded = instant_text(event.at)
    same_day = local_date(event.at) == event.on
    said = [] if same_day else [f"Recorded on {recorded}."]
    said += [f"Source: {event.source}."] if event.source else []
    said += [f"Number {one.seq} in the ledger."] if file.side is Side.inspectorate else []
    return Happened(
        title=in_words(event),
        at=event.at.isoformat() if same_day else event.on.isoformat(),
        when=recorded if same_day else plain_date(event.on),
        byline=file.actors.get(event.actor, event.actor),
        text=" ".join(said),
    )


def agenda(file: Dossier) -> list[Comes]:
    return [
        Comes(
            when=instant_text(entry.at),
            what=capital(entry.template),
            told=", ".join(plain(role) for role in entry.roles),
            clock=_title(file.duties, entry.clock),
            reason=f"Not sent: {entry.reason.value}" if entry.reason else "Will be sent",
        )
        for entry in file.told.agenda
    ]


def notices(file: Dossier) -> list[Post]:
    return [
        Post(instant_text(one.fell_at), capital(one.template), plain(one.role), _of_notice(one))
        for one in file.told.notices
    ]


def _of_notice(notice: Notice) -> str:
    state = NoticeState(notice.state)
    held = ", held" if notice.held and state is NoticeState.due else ""
    because = f": {notice.reason}" if notice.reason else ""
    return f"{NOTICE_STATES[state]}{held}{because}"


def mails(file: Dossier) -> list[Post]:
    return [
        Post(instant_text(one.composed_at), one.subject, one.mailbox, _of_mail(one, file.side))
        for one in file.told.mails
    ]


def _of_mail(mail: Mail, side: Side) -> str:
    said = MAIL_STATES[MailState(mail.state)]
    if mail.settled_at is not None:
        said += f" on {instant_text(mail.settled_at)}"
    if side is Side.inspectorate and mail.reply:
        said += f" ({mail.code} {mail.reply})" if mail.code else f" ({mail.reply})"
    return said


def chart(file: Dossier, today: date) -> Markup:
    """The SVG is ours from end to end, and what comes into it from the ledger is escaped there."""
    return Markup(gantt(file.duties, today))


def chart_says(file: Dossier, today: date) -> str:
    return finding([duty for duty in file.duties if duty.due or duty.stopped_on], today)


def _title(duties: tuple[Duty, ...], clock: str) -> str:
    return next((duty.title for duty in duties if duty.id == clock), capital(clock))
