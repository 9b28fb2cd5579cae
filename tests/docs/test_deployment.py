"""The files that the pages on deployment show are those that run: their commands, settings and references exist."""

from __future__ import annotations

import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from tests.docs.test_reference import Curious

from opchat_cli import main as opchat
from opchat_core import Config

DEPLOY = Path(__file__).parents[2] / "docs/examples/deploy"


def parses(arguments: list[str]) -> bool:
    """Whether ``opchat`` knows the command and each of its options; nothing is run."""
    command = opchat.get_command(click.Context(opchat), arguments[0])
    return command is not None and bool(command.make_context(arguments[0], arguments[1:]))


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_services_start_what_exists(path: Path) -> None:
    """Each unit runs a command of opchat, with the settings of the one file, and comes back when it ends."""
    unit = ConfigParser(strict=True, interpolation=None)
    unit.read(path)
    service = unit["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert program == "/opt/opchat/bin/opchat"
    assert parses(arguments)
    assert (service["EnvironmentFile"], service["Restart"]) == ("/etc/opchat.env", "always")
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_settings_of_the_services_are_read() -> None:
    """The file of settings is one that opchat accepts."""
    lines = (DEPLOY / "opchat.env").read_text().splitlines()
    config = Config.from_env(dict(line.split("=", 1) for line in lines))
    assert (config.ingest_verified, config.trusted_proxies) == (True, 1)


def test_containers_start_what_exists() -> None:
    """Commands, settings, volumes and dependencies of ``compose.yaml`` are all there."""
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    known = Curious()
    Config.from_env(known)
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        named = [volume.partition(":")[0] for volume in service.get("volumes", ())]
        assert set(named) <= set(compose["volumes"])
        if "build" in service:
            assert parses(service["command"])
            assert set(service["environment"]) <= set(known.asked)
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve().exists()
    assert {name for name, service in services.items() if "build" in service} == {"serve", "bot", "deliver"}
