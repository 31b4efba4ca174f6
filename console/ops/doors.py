"""The routers of the operations pages."""

from fastapi import APIRouter

from console.ops import finding, now

ROUTERS: tuple[APIRouter, ...] = (now.router, finding.router)
