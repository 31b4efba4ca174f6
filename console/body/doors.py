"""The routers of the pages of bodies."""

from fastapi import APIRouter

from console.body import asking, declaring, export, owed, receipt, submit

ROUTERS: tuple[APIRouter, ...] = (
    owed.router,
    export.router,
    submit.router,
    receipt.router,
    asking.router,
    declaring.router,
)
