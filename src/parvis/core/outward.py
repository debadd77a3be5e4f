"""Calls to addresses that others chose: to the very address checked, public unless allowed, without redirection."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10


def connected(host: str, port: int, *, secure: bool, private: bool) -> socket.socket:
    """Connect to the very address that was checked: a name that changes between two look-ups leads nowhere else.

    Raise ValueError when the address is not public and ``private`` does not allow it.
    """
    address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4]
    if not private and not ipaddress.ip_address(address[0]).is_global:
        message = f"{host} is not a public address"
        raise ValueError(message)
    plain = socket.create_connection((str(address[0]), port), timeout=TIMEOUT_SECONDS)
    if not secure:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def request(
    method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, private: bool, most: int
) -> tuple[int, bytes]:
    """Send one request and return the status and at most ``most`` bytes of the body.

    Raise OSError, http.client.HTTPException or ValueError when there is no answer to speak of.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    link = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    link.sock = connected(host, port, secure=secure, private=private)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        link.request(method, path, body or None, {"User-Agent": "Parvis/1", **(headers or {})})
        answer = link.getresponse()
        return answer.status, answer.read(most)
    finally:
        link.close()
