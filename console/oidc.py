"""Signing in at an OpenID provider, and what to do there after signing out here.

The provider sends the browser back by GET: the one GET that begins something, and only for the browser that asked,
which holds a signed note of its question for ten minutes. A link scanner has none.
"""

import asyncio
import hmac
import logging
import secrets

from authlib.common.urls import add_params_to_uri
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from config.settings import Settings
from console.cookies import asked, forget_asked, keep_asked
from console.pages import render
from console.provider import NotSignedIn, Provider
from console.room import InRoom, Room
from console.rules import NotFound, anybody
from console.signin import address_of, entered, is_secure, limits_of, within
from office.accounts import let_in

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)
GUEST = anybody("signing in comes before everything else")

NOT_OURS = (
    "You are not signed in: this page answers a question that this browser did not ask, or asked more than ten minutes "
    "ago. Start again from the sign-in page."
)
DECLINED = "You are not signed in: your provider did not let you in ({}). Start again from the sign-in page."


def provider_for(settings: Settings) -> Provider | None:
    """The provider that the settings name, if they do."""
    return Provider(settings) if settings.oidc_issuer else None


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotFound(request.url.path)
    return found


@router.get("/oidc", dependencies=[GUEST])
async def leave_for_provider(request: Request, room: InRoom, onward: str = "") -> Response:
    """Send the browser to the provider. A link and no form, since `form-action` keeps forms on this site."""
    room.pace.note("sign-in address", address_of(request))
    provider = _provider(request)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    answer = RedirectResponse(await provider.way_in(state, nonce, verifier), 303)
    question = {"state": state, "nonce": nonce, "verifier": verifier, "onward": within(onward)}
    keep_asked(answer, room.keys, question, is_secure(room))
    return answer


@router.get("/oidc/callback", dependencies=[GUEST])
async def come_back(
    request: Request, room: InRoom, state: str = "", code: str = "", error: str = "", iss: str = ""
) -> Response:
    """Where the provider sends the browser back to. The note is used up, whatever came."""
    room.pace.note("link address", address_of(request))
    provider = _provider(request)
    question = asked(room.keys, request.cookies, is_secure(room))
    if question is None or not hmac.compare_digest(question["state"].encode(), state.encode()):
        raise NotSignedIn(NOT_OURS)
    if error or not code or (iss and iss != provider.issuer):
        log.warning("a sign-in failed", extra={"by": "oidc", "reason": f"the provider said {error[:100]!r}"})
        raise NotSignedIn(DECLINED.format(error[:100] if error.isidentifier() else "no code"))
    vouched = await provider.vouched(code, question["nonce"], question["verifier"])
    session, person = await asyncio.to_thread(
        let_in, room.database, vouched, request.headers.get("user-agent", ""), room.now, limits_of(room)
    )
    log.info("signed in", extra={"person": person, "by": "oidc"})
    answer = await entered(request, room, session, question["onward"])
    forget_asked(answer, is_secure(room))
    return answer


@router.get("/oidc/signed-out", dependencies=[GUEST])
async def signed_out(request: Request, room: InRoom) -> Response:
    """Signed out here; the provider knows the browser still, and has its own page for that."""
    there = await _provider(request).discovered()
    return render(
        request,
        "signin/signed_out.html",
        provider=room.settings.oidc_name,
        there=_end(room, there.end_session_endpoint),
    )


def _end(room: Room, endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    back = {
        "client_id": room.settings.oidc_client_id,
        "post_logout_redirect_uri": f"{room.settings.base_url}/sign-in",
    }
    return str(add_params_to_uri(endpoint, list(back.items())))
