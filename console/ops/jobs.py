"""Jobs, reconciliation, workers and queues; and whether this installation may send beyond this machine."""

from fastapi import Request
from starlette.responses import Response

from activities.mail.route import parse_route
from console.ops.now import live_in
from console.ops.shell import LOOK, ops_router, show
from console.room import TASK_QUEUE, InRoom
from office.installed import installed

router = ops_router()
WHAT = {
    "dispatch": "sends what is due",
    "digest": "starts the morning’s digest",
    "reconcile": "compares open cases with running workflows",
    "wake": "has cases look again whose timer is late",
    "audit": "counts again, once a night, what should have happened",
    "scan": "has uploads scanned",
    "site": "builds the public site again when what it tells has changed",
    "expire-uploads": "discards uploads that nobody submitted",
    "leavers": "revokes sessions and tokens of those who have left",
}


@router.get("/ops/jobs", dependencies=[LOOK])
async def jobs(request: Request, room: InRoom) -> Response:
    standing, engine = await live_in(request).look()
    return await show(
        request,
        room,
        "jobs.html",
        standing=standing,
        engine=engine,
        what=WHAT,
        queue=TASK_QUEUE,
        engine_ui=room.settings.engine_ui_url,
    )


@router.get("/ops/arming", dependencies=[LOOK])
async def arming(request: Request, room: InRoom) -> Response:
    """Looked at only: arming is done on the machine itself, by who may start and stop it."""
    return await show(
        request,
        room,
        "arming.html",
        installed=await room.read(installed),
        route=parse_route(room.settings.smtp_url),
    )
