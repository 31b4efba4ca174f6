"""Forms of one act: fields read, refusals shown beside what was typed, the receipt said once."""

import uuid
from collections.abc import Mapping
from datetime import date

from fastapi import Request

from console.dates import NotADate, read_date
from lifecycle.acts import LONGEST_KEY
from models.messages import Receipt

Form = Mapping[str, str]
Errors = dict[str, str]
LONGEST = 10_000
"""Characters of a reason or an answer."""


async def read(request: Request) -> Form:
    """The fields of a form, with plain newlines."""
    return {name: str(value).replace("\r\n", "\n") for name, value in (await request.form()).items()}


def key_in(form: Form) -> str:
    """The act's key, made when the form was shown; a form without one gets a new one."""
    key = form.get("key", "")
    return key if 0 < len(key) <= LONGEST_KEY else str(uuid.uuid4())


def needed(form: Form, field: str, errors: Errors, said: str) -> str:
    """A text that must be there; what is wrong is put among the errors."""
    text = form.get(field, "").strip()
    if not text:
        errors[field] = said
    elif len(text) > LONGEST:
        errors[field] = f"Write at most {LONGEST:,} characters; you wrote {len(text):,}"
    return text


def day_in(form: Form, field: str, name: str, errors: Errors) -> date | None:
    """A date that may be left out; what is wrong is put among the errors."""
    try:
        return read_date(form, field, name)
    except NotADate as wrong:
        errors[field] = str(wrong)
        return None


def recorded(said: str, receipt: Receipt) -> str:
    """What is said after an act, with its receipt."""
    return f"{said} Recorded as entry {receipt.seq} of the case."
