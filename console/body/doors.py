"""The routers of the pages of bodies."""

from fastapi import APIRouter

from console.body import (
    asked,
    asking,
    checking,
    contacts,
    declaring,
    export,
    feed,
    mail_links,
    owed,
    post,
    receipt,
    submit,
)

ROUTERS: tuple[APIRouter, ...] = (
    owed.router,
    export.router,
    submit.router,
    receipt.router,
    asking.router,
    checking.router,
    declaring.router,
    asked.router,
    post.router,
    contacts.router,
    feed.router,
    mail_links.router,
)
