"""Where mail goes out: an SMTP address read from its URL, and how far its certificate is trusted."""

import re
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from activities.mail.envelope import MailError

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
OPTIONS = frozenset({"ca", "helo"})
FORMS = "smtp://host:25, smtp+starttls://user:password@host:587 or smtps://user:password@host:465"
NO_NAME = "[127.0.0.1]"
NAME = re.compile(r"[A-Za-z0-9_:\[\]-]{1,63}(\.[A-Za-z0-9_:\[\]-]{1,63})*")


@dataclass(frozen=True)
class Route:
    """One SMTP server.

    `ca` is a file of certificates to trust in place of the system's; `helo` the name we greet with, which is
    never looked up: an address literal unless the URL says `?helo=`.
    """

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    helo: str = NO_NAME

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether mail sent here stays on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """TLS 1.2 or later, with the certificate and the host's name verified."""
        return ssl.create_default_context(cafile=self.ca)


def parse_route(url: str) -> Route:
    """The route that `url` names.

    Raises:
        MailError: says what is wrong with the URL, without repeating the password in it.
    """
    parts = _split(url)
    options = _options(parts)
    route = Route(
        scheme=_scheme(parts),
        host=_host(parts),
        port=_port(parts),
        user=_credential("user", parts.username),
        password=_credential("password", parts.password),
        ca=options.get("ca"),
        helo=options.get("helo", NO_NAME),
    )
    _check_secret(route)
    _check_trust(route)
    return route


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise MailError(f"smtp url: it cannot be read as a URL. Write {FORMS}.") from None


def _scheme(parts: SplitResult) -> str:
    if parts.scheme not in PORTS:
        raise MailError(f"smtp url: the scheme {parts.scheme!r} is not known. Write {FORMS}.")
    return parts.scheme


def _host(parts: SplitResult) -> str:
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise MailError(f"smtp url: it must name one host and no path. Write {FORMS}.")
    if not NAME.fullmatch(parts.hostname):
        raise MailError(f"smtp url: {parts.hostname!r} is not a host name or an address.")
    return parts.hostname


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or PORTS[parts.scheme]
    except ValueError:
        raise MailError("smtp url: the port is not a number from 1 to 65535.") from None


def _credential(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    plain = unquote(value)
    if not plain.isascii() or not plain.isprintable() or not plain:
        raise MailError(f"smtp url: the {name} must be printable ASCII. Ask the relay's owner for another.")
    return plain


def _options(parts: SplitResult) -> dict[str, str]:
    found = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = sorted(found.keys() - OPTIONS)
    if unknown:
        raise MailError(f"smtp url: unknown option {', '.join(unknown)}. Only ?ca= and ?helo= are known.")
    if not NAME.fullmatch(found.get("helo", NO_NAME)):
        raise MailError(
            "smtp url: ?helo= must be this machine's full name, such as mail.inspectorate.example."
        )
    return found


def _check_secret(route: Route) -> None:
    if (route.user is None) != (route.password is None):
        raise MailError("smtp url: give both a user and a password, or neither.")
    if route.user is not None and route.scheme == "smtp" and not route.loopback:
        raise MailError(
            f"smtp url: smtp:// would send the password to {route.host} unencrypted. "
            "Use smtps:// or smtp+starttls://."
        )


def _check_trust(route: Route) -> None:
    if route.ca is None:
        return
    if route.scheme == "smtp":
        raise MailError("smtp url: ?ca= means nothing without TLS. Use smtps:// or smtp+starttls://.")
    if not Path(route.ca).is_file():
        raise MailError(f"smtp url: ca: there is no file {route.ca}.")
    try:
        _ = route.trust
    except ssl.SSLError as error:
        raise MailError(f"smtp url: ca: {route.ca} holds no certificate in PEM form.") from error
