"""The routers of the lists and the case page. The exports stand before a report or case that could have their name."""

from console.casefile import acts, case, exports, lists, reports

ROUTERS = (exports.router, lists.router, reports.router, acts.router, case.router)
