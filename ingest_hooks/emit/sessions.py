from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import requests


def session_to(url: str) -> requests.Session:
    """An HTTP session as the machine is configured (proxies, certificates), but straight to an address on loopback.

    A proxy that is set for the outside would otherwise be handed what was meant for this machine alone.
    """
    session = requests.Session()
    session.trust_env = not _is_loopback(urlsplit(url).hostname or "")
    return session


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
