"""The routers of the pages of oversight bodies."""

from fastapi import APIRouter

from console.oversight import contacts, respond, responses

ROUTERS: tuple[APIRouter, ...] = (responses.router, respond.router, contacts.router)
