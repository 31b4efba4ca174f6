"""A list as a page shows it: columns that sort by links, and files that hold the same rows in the same order."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from office.ordering import Order

KINDS = {"csv": "CSV", "xlsx": "Excel"}


@dataclass(frozen=True)
class Column:
    """A column: its title, and the name it is sorted by; without one it cannot be."""

    title: str
    by: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class Head:
    """A column's head: the list sorted by it, and how it is sorted now (as aria-sort says it)."""

    title: str
    href: str
    sorted: str
    numeric: bool


def order_in(request: Request, columns: Sequence[Column], usual: Order) -> Order:
    """The order that the address asks for; the usual one where it asks for none, or for one that there is not."""
    by = request.query_params.get("sort", "")
    if by not in {column.by for column in columns if column.by}:
        return usual
    return Order(by, request.query_params.get("order") == "desc")


def sorting(request: Request) -> dict[str, str]:
    """How the address sorts the list: what the links to its other pages keep."""
    return {name: request.query_params.get(name, "") for name in ("sort", "order")}


def page_number(given: str) -> int:
    """The page asked for; the first when it is no number."""
    return int(given) if given.isdecimal() and len(given) < 8 and int(given) > 0 else 1


def heads(request: Request, columns: Sequence[Column], order: Order) -> list[Head]:
    """The heads of the columns, each a link to the list's first page; the leading one turns the list round."""
    return [Head(one.title, _href(request, one, order), _sorted(one, order), one.numeric) for one in columns]


def _href(request: Request, column: Column, order: Order) -> str:
    if not column.by:
        return ""
    turned = column.by == order.by and not order.descending
    url = request.url.remove_query_params(["page", "order"]).include_query_params(sort=column.by)
    return f"?{(url.include_query_params(order='desc') if turned else url).query}"


def _sorted(column: Column, order: Order) -> str:
    if not column.by or column.by != order.by:
        return "none"
    return "descending" if order.descending else "ascending"


def files(request: Request, path: str) -> dict[str, str]:
    """The addresses of the whole list as files, with the filters and the order that are shown."""
    query = request.url.remove_query_params("page").query
    asked = f"?{query}" if query else ""
    return {title: f"{path}/export.{kind}{asked}" for kind, title in KINDS.items()}
