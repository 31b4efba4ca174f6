"""The routers of the API, for the application to take in."""

from console.api import (
    acts,
    agenda,
    bodies,
    cases,
    imports,
    mails,
    me,
    publication,
    reports,
    responses,
    uploads,
)

ROUTERS = tuple(
    module.router
    for module in (me, cases, acts, responses, agenda, bodies, reports, publication, mails, uploads, imports)
)
