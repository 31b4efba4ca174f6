"""The routers of the case page and the lists."""

from console.casefile import acts, case

ROUTERS = (acts.router, case.router)
