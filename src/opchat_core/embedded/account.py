"""Whom the server runs as: this user, or in a process of the superuser, whom PostgreSQL refuses, somebody else."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path
from typing import TypedDict

from attrs import frozen

from opchat_core.errors import DatabaseUnavailable

#: Accounts that exist already are enough: no account is made on somebody's machine.
_CANDIDATES = ("postgres", "nobody")


class _RunAs(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@frozen
class Account:
    """An unprivileged account of the operating system.

    Attributes:
        uid: Its user id.
        gid: Its group id.
    """

    uid: int
    gid: int

    def for_subprocess(self) -> _RunAs:
        """Arguments for :mod:`subprocess` that start a program as this account, with none of our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data: Path) -> Account | None:
    """The account to run the server as, or None for that of this process.

    The owner of data that exists stays their owner; new data goes to the first account that the machine has.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _CANDIDATES:
        if name in known:
            return Account(uid=known[name].pw_uid, gid=known[name].pw_gid)
    raise DatabaseUnavailable(
        f"PostgreSQL does not run as the superuser, and there is none of the accounts {', '.join(_CANDIDATES)}"
    )


def make_private_directory(path: Path, account: Account | None) -> None:
    """Make a directory for the account alone, or see that one of that name is just that.

    Raises:
        DatabaseUnavailable: Somebody else has made it, and could listen there in the server's place.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        owner = account.uid if account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise DatabaseUnavailable(f"{path} is not a private directory of the server's account") from None
    else:
        if account:
            os.chown(path, account.uid, account.gid)


def make_passable(path: Path) -> None:
    """Let every account pass through the directories above a path; what they hold stays unlisted and unread."""
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
