"""The files that go with notices: the PDFs of the letters they tell of, each once, as they were sealed."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from activities.mail.envelope import Attachment
from models.tables import Content, Document

PDF = ".pdf"


def attachments(session: Session, texts: Iterable[str]) -> tuple[Attachment, ...]:
    """The PDFs of these sealed texts. A text whose PDF could not be made has none, and is in the mail as words."""
    found = session.exec(
        select(Document.name, Content.content)
        .join(Content, col(Content.hash) == Document.hash)
        .where(col(Document.submission_id).in_(dict.fromkeys(texts)), col(Document.name).endswith(PDF))
        .order_by(col(Document.name), col(Document.submission_id))
    )
    return tuple(Attachment(name, "application/pdf", content) for name, content in found)
