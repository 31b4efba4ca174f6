"""The pages that say how things are done here: help, accessibility, cookies."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from console.pages import render
from console.rules import anybody

router = APIRouter(include_in_schema=False)
PAGES = ("help", "accessibility", "cookies")


def _page(name: str) -> None:
    @router.get(f"/{name}", name=name, dependencies=[anybody("it says nothing of any case")])
    async def show(request: Request) -> Response:
        return render(request, f"shared/{name}.html")


for _name in PAGES:
    _page(_name)
