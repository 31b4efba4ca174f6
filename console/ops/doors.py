"""The routers of the operations pages."""

from fastapi import APIRouter

from console.ops import asked, finding, imports, jobs, mails, now, people, repairs, signatories, tomorrow

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router
    for module in (now, finding, repairs, asked, tomorrow, mails, jobs, imports, people, signatories)
)
