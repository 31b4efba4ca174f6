"""What one setting's text must look like. Each check gives the text as we keep it, or says what to write."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_HOST_PORT = re.compile(rf"(?:{_HOST}|\[[0-9a-fA-F:]+\]):(\d{{1,5}})")
_DOMAIN = re.compile(rf"{_HOST}")
_MAILBOX = re.compile(rf"[^@\s<>,;]+@{_HOST}")
_DRIVER = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DATABASES = ("sqlite", "postgresql+psycopg")


def host_and_port(text: str) -> str:
    match = _HOST_PORT.fullmatch(text)
    if match is None or not 0 < int(match[1]) < 65536:
        raise ValueError("write it as host:port, such as temporal.example:7233")
    return text


def clamd(text: str) -> str:
    """A socket's path, or host and port."""
    if not text.startswith("/") and _HOST_PORT.fullmatch(text) is None:
        raise ValueError("write a socket's path, such as /run/clamav/clamd.ctl, or host:port")
    return text


def domain(text: str) -> str:
    if _DOMAIN.fullmatch(text) is None:
        raise ValueError("write a domain name, such as inspectorate.example")
    return text.lower()


def mailbox(text: str) -> str:
    if _MAILBOX.fullmatch(text) is None:
        raise ValueError("write one mailbox, such as recommendations@inspectorate.example")
    return text


def database(url: str) -> str:
    """SQLite or PostgreSQL, with the driver we install named in full."""
    scheme, separator, rest = url.partition("://")
    scheme = _DRIVER.get(scheme, scheme)
    if not separator or scheme not in _DATABASES:
        raise ValueError("write sqlite:///path/to/ledger.db or postgresql://user:password@host/database")
    return f"{scheme}://{rest}"


def smtp(url: str) -> str:
    """The outline only: `activities.mail.route` reads the rest, and says what is wrong with it."""
    if urlsplit(url).scheme not in {"smtp", "smtps", "smtp+starttls"} or not _host(url):
        raise ValueError("write smtp://host:25, or smtp+starttls:// or smtps:// with user:password@host:port")
    return url


def web(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"} or not _host(url):
        raise ValueError("write the address people open, such as https://followthrough.inspectorate.example")
    return url.rstrip("/")


def issuer(url: str) -> str:
    """As the provider writes it, to the letter: it is compared with what tokens say."""
    if not safe(url) or urlsplit(url).query or urlsplit(url).fragment:
        raise ValueError("write the provider's issuer, such as https://login.inspectorate.example/tenant")
    return url


def safe(url: str) -> bool:
    """Whether what goes there cannot be read or changed on the way: HTTPS, or this very machine."""
    parts, host = urlsplit(url), _host(url)
    return (parts.scheme == "https" and host is not None) or (parts.scheme == "http" and host in _LOOPBACK)


def address(text: str) -> str:
    """An address of this machine to listen at."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("write an address of this machine, such as 127.0.0.1 or 0.0.0.0") from None


def collector(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"} or not _host(url):
        raise ValueError("write the collector's address for OTLP over HTTP, such as http://127.0.0.1:4318")
    return url.rstrip("/")


def heartbeat(url: str) -> str:
    """Kept to the letter: the address is the watcher's, and its last sign may be a slash."""
    if urlsplit(url).scheme not in {"http", "https"} or not _host(url):
        raise ValueError("write the address that the watcher gave, such as https://watch.example/7d1f")
    return url


def _host(url: str) -> str | None:
    parts = urlsplit(url)
    try:
        return parts.hostname if parts.port != 0 else None
    except ValueError:
        return None
