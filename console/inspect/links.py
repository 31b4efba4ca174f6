"""Views as links: what is chosen stands in the address, so that a view can be mailed."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode


def view(path: str, chosen: Mapping[str, object], **changes: object) -> str:
    """The address of the same view with these changes. What is empty or False is left out; pages begin anew."""
    said = {**chosen, "page": 1, **changes}
    kept = {name: _text(value) for name, value in said.items() if value and (name, value) != ("page", 1)}
    return f"{path}?{urlencode(kept)}" if kept else path


def _text(value: object) -> str:
    return "1" if value is True else str(value)


def at(case: str, what: str) -> str:
    """The address of what inspectors do on a case: /inspect/R-1/kent/assess"""
    _, reference, body = case.split("/", 2)
    return f"/inspect/{quote(reference)}/{quote(body)}/{what}"


def pages(path: str, chosen: Mapping[str, object], page: int, count: int) -> dict[str, object] | None:
    """What govukPagination takes; None for a single page."""
    if count <= 1:
        return None
    near = sorted({1, count, *range(max(1, page - 1), min(count, page + 1) + 1)})
    given: dict[str, object] = {
        "items": [
            {"number": n, "href": view(path, chosen, page=n), "current": n == page}
            for n in near
            if n <= count
        ]
    }
    if page > 1:
        given["previous"] = {"href": view(path, chosen, page=page - 1)}
    if page < count:
        given["next"] = {"href": view(path, chosen, page=page + 1)}
    return given
