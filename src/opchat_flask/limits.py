"""Whom a request that proves nothing is counted against."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from flask import request

from opchat_core.model import Charge, Rate
from opchat_flask.mount import current_mount

TRIES_BY_NAME = Rate(10, timedelta(minutes=10))
"""Tries to log in by one name from one address; a login that succeeds gives them back."""

TRIES_BY_ADDRESS = Rate(100, timedelta(minutes=10))
"""Tries to log in from one address, by whatever names; an office may be behind it."""

NETWORK = 64
"""Bits of an IPv6 address that name a subscriber (RFC 6177); the rest is theirs to make up."""


def charges_of_message(user_id: int) -> list[Charge]:
    """Charge a message to the user that it claims to be of, to where it comes from, and to all.

    What comes from this machine is not charged to its address: it is a program of the house, or a proxy of which we
    were not told, behind which one stranger would use up the allowance of all.
    """
    limits = current_mount().config.limits
    source = client_network()
    found = []
    if limits.user:
        found.append(Charge.of(limits.user, "user", str(user_id)))
    if limits.address and source:
        found.append(Charge.of(limits.address, "address", source))
    if limits.all:
        found.append(Charge.of(limits.all, "all"))
    return found


def charges_of_login(name: str) -> list[Charge]:
    """Charge a try to log in: first to the name together with where it comes from, then to that place alone."""
    source = client_network()
    found = [Charge.of(TRIES_BY_NAME, "login", name, source or "")]
    if source:
        found.append(Charge.of(TRIES_BY_ADDRESS, "logins", source))
    return found


def client_network() -> str | None:
    """Tell where the current request comes from: an IPv4 address, an IPv6 network; None for this machine itself."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:  # a socket without addresses, or a proxy's own word for one
        return text or None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> (128 - NETWORK) << (128 - NETWORK)))
    return str(address)
