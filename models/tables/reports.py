"""Reports, the recommendations in them, and the criteria on which a verdict is given."""

from datetime import date

from sqlmodel import Field, SQLModel

from models.tables import naming as _naming  # noqa: F401 - before any table


class Report(SQLModel, table=True):
    """A published inspection report. `s55` says whether Police Act 1996 s.55 asks for a response to it."""

    id: str = Field(primary_key=True, max_length=80)
    title: str = Field(max_length=400)
    published_on: date
    source: str = Field(default="", max_length=1000)
    s55: bool = True
    overview_published_on: date | None = None
    content_hash: str = Field(default="", max_length=64)


class Recommendation(SQLModel, table=True):
    """A numbered recommendation. `summary` is in our own words; `quoted` only what a letter quotes."""

    reference: str = Field(primary_key=True, max_length=80)
    report_id: str = Field(foreign_key="report.id", index=True, max_length=80)
    kind: str = Field(max_length=60)
    title: str = Field(max_length=300)
    summary: str = ""
    quoted: str = ""
    source: str = Field(default="", max_length=1000)
    issued_on: date
    phrase: str = Field(default="", max_length=200)
    limit: str | None = Field(default=None, max_length=60)
    due: date | None = None
    policy: str = Field(max_length=80)
    illustrative: bool = False


class Criterion(SQLModel, table=True):
    """A limb of a recommendation: the unit of verdict, perhaps with a limit of its own."""

    reference: str = Field(primary_key=True, foreign_key="recommendation.reference", max_length=80)
    id: str = Field(primary_key=True, max_length=40)
    position: int = 0
    summary: str = ""
    limit: str | None = Field(default=None, max_length=60)
    due: date | None = None
