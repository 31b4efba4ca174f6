"""The routers of the inspectors' and leads' pages."""

from fastapi import APIRouter

from console.inspect import (
    allocation,
    asking,
    assess,
    authorise,
    inspection,
    letter,
    letter_words,
    moderation,
    people,
    public_letter,
    publish,
    word,
    work,
)

ROUTERS: tuple[APIRouter, ...] = (
    work.router,
    allocation.router,
    people.router,
    assess.router,
    asking.router,
    authorise.router,
    inspection.router,
    letter.router,
    letter_words.router,
    moderation.router,
    public_letter.router,
    publish.router,
    word.router,
)
