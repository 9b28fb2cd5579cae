"""Who may run a database program: PostgreSQL and PgBouncer both refuse the superuser."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TypedDict


class RunAs(TypedDict, total=False):
    """Keyword arguments for ``subprocess`` that give up the superuser's rights."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged() -> pwd.struct_passwd | None:
    """The account to give work to when this process is the superuser's, else None."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def run_as(account: pwd.struct_passwd | None) -> RunAs:
    """Arguments that start a subprocess as that account, or none at all for this process's own."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    """Make the account the owner of a file or directory."""
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)
