"""Every file of the public site, made from the public record: its address, and how its bytes are made."""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from models.database import Database
from models.tables import Content, SealedText
from office.letter_pdf import pdf
from publication import data
from publication import letters as lettered
from publication.awaiting import DAYS_OF_NOTICE, named
from publication.gone import CSV
from publication.letters import Letters, fingerprint_of, paragraphs
from publication.overview import overview
from publication.record import Advice, Answer, Attached, Public, Published, Record
from publication.shelf import File
from publication.telling import News, newest, news, steps
from publication.templates import asset, render

MISSING = "404.html"
"""A server answers with it at any address, however deep, so its links begin at the site's own."""
STYLE = "site.css"
ASSETS = (STYLE, "search.js")


@dataclass(frozen=True)
class Found:
    """A page as search lists it."""

    kind: str
    id: str
    title: str
    words: str
    address: str


class Site:
    """The site of a record. `base` is where it will be served, for feeds and the sitemap; `pdf` says whether letters
    are made as PDF too."""

    def __init__(self, record: Record, database: Database, base: str, *, pdf: bool) -> None:
        self.record = record
        self.database = database
        self.base = base.rstrip("/")
        self.pdf = pdf
        self.letters = Letters(database)
        self.news = news(record)
        self.reports = {report.id: report.title for report in record.reports}
        self.titles = {one.reference: one.title for report in record.reports for one in report.advice}
        self.by_body: dict[str, list[Public]] = defaultdict(list)
        for case in record.cases:
            self.by_body[case.body].append(case)
        self.answered: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        for answer in record.answers:
            if answer.responded_on:
                for body in answer.bodies:
                    self.answered[answer.report, body].append(answer)

    def files(self) -> list[File]:
        """All of them. What is costly is made when its file is asked for."""
        found = [*self._fronts(), *self._search(), *self._data()]
        for report in self.record.reports:
            found += self._report(report)
        for body in self.record.bodies:
            found += self._body(body)
        pages = sorted(file.address for file in found if file.address.endswith(".html"))
        found.append(self._page(MISSING, "missing.html.jinja", root=f"{urlsplit(self.base).path}/"))
        found.append(self._page("sitemap.xml", "sitemap.xml.jinja", addresses=pages, base=self.base))
        found.append(
            File("robots.txt", lambda: f"User-agent: *\nSitemap: {self.base}/sitemap.xml\n".encode())
        )
        return found

    def gone(self, address: str) -> File:
        """What stays at an address that is no longer published: a notice, in its own form."""
        if address.endswith(".csv"):
            return File(address, lambda: CSV)
        if address.endswith(".xml"):
            return self._feed(address, "No longer published", "index.html", ())
        if address.endswith(".pdf"):
            paper = render("gone_paper.html.jinja", address)
            return File(address, partial(pdf, paper), fingerprint_of(paper))
        section = address.split("/")[0]
        to = "bodies/index.html" if section in ("cases", "letters") else f"{section}/index.html"
        return self._page(address, "gone.html.jinja", to=to if "/" in address else "index.html")

    def _page(self, address: str, template: str, **context: object) -> File:
        return File(address, lambda: render(template, address, **context).encode())

    def _fronts(self) -> Iterator[File]:
        record = self.record
        for name in ASSETS:
            yield File(name, lambda name=name: asset(name))  # type: ignore[misc]
        yield self._page(
            "index.html", "home.html.jinja", record=record, count=len(record.cases), latest=self.news[:10]
        )
        yield self._page("about.html", "about.html.jinja", head=record.head, on=record.on)
        for name in ("reports", "bodies", "recommendations"):
            yield self._page(f"{name}/index.html", f"{name}.html.jinja", record=record)
        yield self._page(
            "responses/index.html",
            "responses.html.jinja",
            record=record,
            reports=self.reports,
            notice=DAYS_OF_NOTICE,
            awaited=[one for one in record.answers if named(one, record.on)],
            received=sorted(
                (one for one in record.answers if one.responded_on),
                key=lambda one: (
                    -(one.responded_on or record.on).toordinal(),
                    one.oversight_name,
                    one.report,
                ),
            ),
        )
        yield self._feed("feed.xml", "Recommendations followed up", "index.html", newest(self.news))

    def _feed(self, address: str, title: str, to: str, entries: Sequence[News]) -> File:
        updated = entries[0].on if entries else self.record.on
        return self._page(
            address, "feed.xml.jinja", title=title, to=to, base=self.base, entries=entries, updated=updated
        )

    def _report(self, report: Published) -> Iterator[File]:
        told = overview(report)
        shown = {"report": report, "overview": told, "bodies": self.record.bodies, "reports": self.reports}
        at = f"reports/{report.id}"
        yield self._page(f"{at}.html", "report.html.jinja", **shown, pdf=self.pdf, paper=False)
        if self.pdf:
            paper = render("overview_paper.html.jinja", f"{at}.pdf", **shown, paper=True)
            yield File(f"{at}.pdf", partial(pdf, paper), fingerprint_of(paper))
        for table in told.tables.values():
            yield File(table.address, lambda table=table: data.table(table.columns, table.rows))  # type: ignore[misc]
        own = newest(self.news, report=report.id)
        yield self._feed(f"reports/{report.id}.xml", report.title, f"reports/{report.id}.html", own)
        for advice in report.advice:
            cases = sorted(report.of(advice.reference), key=lambda case: (case.body_name, case.body))
            around = (report.id, report.title, report.sample, advice, self.pdf)
            told_of = fingerprint_of(repr(around))
            yield self._page(
                f"recommendations/{advice.reference}.html",
                "recommendation.html.jinja",
                report=report,
                advice=advice,
                cases=cases,
                titles=self.titles,
            )
            for case in cases:
                yield self._case(report, advice, case, told_of)
                yield from self._letter(case)
        for answer in report.answers:
            if answer.responded_on:
                yield self._response(report, answer)
                yield from (self._document(answer, one) for one in answer.documents if one.published)

    def _case(self, report: Published, advice: Advice, case: Public, told_of: str) -> File:
        """One of very many, so it is made again only when what it tells has changed."""
        address, answers = f"cases/{case.address}.html", self.answered[report.id, case.body]
        told = (replace(case, made_up=frozenset()), sorted(case.made_up), answers)

        def make() -> bytes:
            shown = {"report": report, "advice": advice, "case": case, "steps": steps(case, advice.limbs)}
            more = {"answers": answers, "pdf": self.pdf}
            return render("case.html.jinja", address, **shown, **more).encode()

        return File(address, make, fingerprint_of(f"{told_of} {told!r}"))

    def _letter(self, case: Public) -> Iterator[File]:
        made = self.letters
        for language in lettered.languages(case):
            at = lettered.address(case, language)
            yield File(f"{at}.html", partial(made.html, case, language), made.source(case, language, "html"))
            if self.pdf:
                yield File(f"{at}.pdf", partial(made.pdf, case, language), made.source(case, language, "pdf"))

    def _response(self, report: Published, answer: Answer) -> File:
        address = f"responses/{report.id}/{answer.oversight}.html"

        def make() -> bytes:
            with self.database.reading() as session:
                text = session.get(SealedText, answer.text)
            cases = [case for case in report.cases if case.body in answer.bodies]
            context: Mapping[str, object] = {
                "report": report,
                "answer": answer,
                "paragraphs": paragraphs(text.text) if text else (),
                "cases": cases,
                "titles": self.titles,
                "to": partial(document_address, answer),
            }
            return render("response.html.jinja", address, **context).encode()

        return File(address, make)

    def _document(self, answer: Answer, document: Attached) -> File:
        def make() -> bytes:
            with self.database.reading() as session:
                return session.get_one(Content, document.hash).content

        return File(document_address(answer, document), make, fingerprint_of(document.hash))

    def _body(self, body: str) -> Iterator[File]:
        cases, name = self.by_body[body], self.record.bodies[body]
        yield self._page(
            f"bodies/{body}.html",
            "body.html.jinja",
            body=body,
            name=name,
            cases=cases,
            closed=sum(bool(case.result) for case in cases),
            answers=[one for report in self.reports for one in self.answered[report, body]],
            reports=self.reports,
            titles=self.titles,
        )
        yield self._feed(f"bodies/{body}.xml", name, f"bodies/{body}.html", newest(self.news, body=body))

    def _search(self) -> Iterator[File]:
        found = list(self._found())
        yield self._page("search.html", "search.html.jinja", pages=found)
        place = {(one.kind, one.id): nth for nth, one in enumerate(found)}
        index = {
            "pages": [{"id": one.id, "title": one.title, "words": one.words} for one in found],
            "letters": [
                [place["Recommendation", case.reference], place["Body", case.body]]
                for case in self.record.cases
            ],
        }
        told = json.dumps(index, separators=(",", ":"))
        yield File("search-index.js", lambda: f'"use strict";\nconst INDEX = {told};\n'.encode())

    def _found(self) -> Iterator[Found]:
        for report in self.record.reports:
            yield _listed("Report", report.id, report.title, f"reports/{report.id}.html")
        for report in self.record.reports:
            for one in report.advice:
                address = f"recommendations/{one.reference}.html"
                yield _listed(
                    "Recommendation", one.reference, one.title, address, f"{one.reference} {one.summary}"
                )
        for body, name in self.record.bodies.items():
            yield _listed("Body", body, name, f"bodies/{body}.html")

    def _data(self) -> Iterator[File]:
        described = data.described()
        yield self._page("data/index.html", "data.html.jinja", schema=described)
        yield File("data/schema.json", lambda: asset("schema.json"))
        yield File("data/head.json", lambda: data.head(self.record))
        for name, lines in (
            ("letters", data.letters(self.record)),
            ("responses", data.responses(self.record)),
        ):
            columns = [column for column, _ in described[name]]
            yield File(
                f"data/{name}.csv",
                lambda lines=lines, columns=columns: data.as_csv(lines, columns),  # type: ignore[misc]
            )
            yield File(f"data/{name}.json", lambda name=name, lines=lines: data.as_json(name, lines))  # type: ignore[misc]


def document_address(answer: Answer, document: Attached) -> str:
    """By its content, so that another of the same name has another."""
    return f"responses/{answer.report}/{answer.oversight}-{document.hash[:12]}.pdf"


def _listed(kind: str, id_: str, title: str, address: str, more: str = "") -> Found:
    words = unicodedata.normalize("NFKD", f"{title} {more}".lower())
    plain = "".join(letter for letter in words if not unicodedata.combining(letter))
    return Found(kind, id_, title, " ".join(plain.split()), address)
