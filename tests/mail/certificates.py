"""Certificates made with the openssl command: one authority, and servers with right and wrong names."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """Server contexts: trusted for this host, trusted for another host, and signed by nobody but itself."""

    authority: Path
    right: ssl.SSLContext
    other_host: ssl.SSLContext
    self_signed: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    _openssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority "
        "-addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.pem",
    )
    _openssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=elsewhere.example "
        "-addext subjectAltName=DNS:elsewhere.example -keyout self.key -out self.pem",
    )
    _signed(folder, "right", "IP:127.0.0.1,DNS:localhost")
    _signed(folder, "other", "DNS:elsewhere.example")
    return Certificates(
        authority=folder / "ca.pem",
        right=_context(folder, "right"),
        other_host=_context(folder, "other"),
        self_signed=_context(folder, "self"),
    )


def _signed(folder: Path, name: str, hosts: str) -> None:
    (folder / f"{name}.ext").write_text(f"subjectAltName={hosts}\nauthorityKeyIdentifier=keyid\n")
    _openssl(folder, f"req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr")
    _openssl(
        folder,
        f"x509 -req -days 2 -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile {name}.ext "
        f"-out {name}.pem",
    )


def _openssl(folder: Path, arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def _context(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
