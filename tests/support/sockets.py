"""Which addresses a test may speak to, watched where no library can step around it.

The interpreter's audit events see every socket that Python code opens, whatever wraps it. A hook cannot be taken away
again, so there is one for the process, and a variable says what holds at the moment.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Reach(enum.Enum):
    """How far sockets go."""

    NOWHERE = "no sockets but those between two ends of one process or machine file"
    LOOPBACK = "loopback only"
    ANYWHERE = "anywhere"


class SocketRefusedError(AssertionError):
    """A test spoke to where its folder does not allow it."""


_reach = Reach.ANYWHERE


@contextmanager
def reach(allowed: Reach) -> Iterator[None]:
    """Hold every socket of this process to `allowed` until the block ends."""
    global _reach  # noqa: PLW0603  # the audit hook is one for the process, and so is what it looks at
    _install()
    before, _reach = _reach, allowed
    try:
        yield
    finally:
        _reach = before


@functools.cache
def _install() -> None:
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _reach is Reach.ANYWHERE or not event.startswith("socket."):
        return
    if event == "socket.__new__":
        if _reach is Reach.NOWHERE and args[1] != socket.AF_UNIX and args[1] != -1:
            msg = f"this test may not open sockets ({socket.AddressFamily(args[1]).name})"  # type: ignore[arg-type]
            raise SocketRefusedError(msg)
    elif event in {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"} and not _is_local(args[1]):
        msg = f"this test may speak to loopback only, not to {args[1]!r}"
        raise SocketRefusedError(msg)
    elif event == "socket.getaddrinfo" and not _is_local((args[0],)):
        msg = f"this test may look up loopback only, not {args[0]!r}"
        raise SocketRefusedError(msg)


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):  # a path of AF_UNIX, or none for a connected socket
        return True
    host = address[0]
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False
