"""Processes that use one data directory beside each other, and the ways in which they end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack

import psycopg
import pytest
from tests.embedded.conftest import DataDirectory, ask, start_user, url_of
from tests.support.deadline import eventually
from tests.support.processes import Processes

from opchat_core.embedded import embedded_postgres


def test_the_last_one_stops_the_server(data: DataDirectory, processes: Processes) -> None:
    """Two processes share one server; it outlives the one that started it and ends with the other."""
    first = start_user(processes, data)
    url = url_of(first)
    second = start_user(processes, data)
    assert url_of(second) == url
    postmaster = data.postmaster()
    assert first.terminate() == 0
    assert ask(url, "SELECT 1") == 1
    assert data.postmaster() == postmaster
    assert second.terminate() == 0
    assert not data.server_lives()


def test_many_may_start_at_once_on_nothing(new_data: DataDirectory, processes: Processes) -> None:
    """Four processes on a directory that does not exist yet make one database and start one server."""
    users = [start_user(processes, new_data) for _ in range(4)]
    assert len({url_of(user) for user in users}) == 1
    for user in users:
        assert user.terminate() == 0
    assert not new_data.server_lives()


def test_the_server_ends_when_its_only_user_is_killed(data: DataDirectory, processes: Processes) -> None:
    """After kill -9 nobody is left to stop the server, and it stops all the same."""
    user = start_user(processes, data)
    url_of(user)
    user.kill()
    data.wait_for_stop()
    assert not (data.path / "postgres" / "postmaster.pid").exists(), "it was an orderly shutdown"


def test_a_killed_user_is_no_harm_to_the_others(data: DataDirectory, processes: Processes) -> None:
    """Kill -9 of the one that started the server leaves it to the others, and they still stop it."""
    first = start_user(processes, data)
    url_of(first)
    second = start_user(processes, data)
    url = url_of(second)
    first.kill()
    assert ask(url, "SELECT 1") == 1
    assert second.terminate() == 0
    assert not data.server_lives()


@pytest.mark.parametrize("pause", [0.0, 0.005, 0.02, 0.1, 0.3])
def test_a_start_while_the_old_server_dies_succeeds(data: DataDirectory, processes: Processes, pause: float) -> None:
    """A user comes in at any moment of the shutdown that follows a kill, and gets a server that stays."""
    user = start_user(processes, data)
    url_of(user)
    user.kill()
    signal.sigtimedwait([], pause)
    with embedded_postgres(data.path) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_killed_server_is_followed_by_a_new_one_at_once(data: DataDirectory, processes: Processes) -> None:
    """A crash of the server loses nothing committed, and the next user need not wait for a timeout."""
    user = start_user(processes, data)
    with psycopg.connect(url_of(user), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    dead = data.postmaster()
    data.kill_server()
    with embedded_postgres(data.path) as url:
        assert data.postmaster() != dead
        assert ask(url, "SELECT answer FROM kept") == 42
    assert user.terminate() == 0


def test_a_server_stopped_by_hand_comes_back(data: DataDirectory, processes: Processes) -> None:
    """Somebody asks the server for a shutdown while it is in use: the next user starts it again."""
    user = start_user(processes, data)
    url_of(user)
    os.kill(data.postmaster(), signal.SIGINT)
    with embedded_postgres(data.path) as url:
        assert ask(url, "SELECT 1") == 1
    assert user.terminate() == 0


def test_without_its_keeper_the_server_still_ends_with_the_last_user(data: DataDirectory, processes: Processes) -> None:
    """The process beside the server is killed: whoever leaves last still stops the server."""
    user = start_user(processes, data)
    url = url_of(user)
    os.kill(parent_of(data.postmaster()), signal.SIGKILL)
    assert ask(url, "SELECT 1") == 1
    assert user.terminate() == 0
    assert not data.server_lives()


def test_keys_in_the_terminal_do_not_reach_the_server(data: DataDirectory, processes: Processes) -> None:
    """Ctrl-C goes to the process group of a user; the server, which others may use, is in a session of its own."""
    user = start_user(processes, data)
    url_of(user)
    assert os.getsid(data.postmaster()) != os.getsid(user.pid)
    assert user.terminate() == 0


def test_a_forked_child_keeps_the_server(data: DataDirectory) -> None:
    """The parent leaves first: the server stays for the child, and ends with it."""
    reading, writing = os.pipe()
    with embedded_postgres(data.path) as url:
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # until the parent closes its end
            os._exit(0)
    os.close(reading)
    assert ask(url, "SELECT 1") == 1
    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    data.wait_for_stop()


def test_a_child_that_unwinds_the_context_does_not_stop_the_server(data: DataDirectory) -> None:
    """A worker that ends by an exception runs its copy of the parent's way out; the parent keeps the server."""
    inside = ExitStack()
    url = inside.enter_context(embedded_postgres(data.path))
    child = os.fork()
    if child == 0:
        inside.close()
        os._exit(0)
    with inside:
        assert os.waitpid(child, 0)[1] == 0
        assert ask(url, "SELECT 1") == 1


def test_a_removed_data_directory_takes_its_server_along(data: DataDirectory, processes: Processes) -> None:
    """Someone deletes the data under a running program: it can still end well, and no server stays behind."""
    user = start_user(processes, data)
    url_of(user)
    postmaster = data.postmaster()
    shutil.rmtree(data.path)
    assert user.terminate() == 0
    eventually(lambda: not _exists(postmaster), what="the end of the server")


def parent_of(pid: int) -> int:
    """The process id of a process's parent."""
    return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pid)]))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
