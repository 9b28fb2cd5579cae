"""The environment and the system's user, read in this one place."""

from __future__ import annotations

import os
import pwd

from opchat_cli.log import LogFormat
from opchat_core import Config


def read_settings() -> Config:
    """Read the settings of this process.

    Raises:
        ConfigError: If a value is unknown or malformed.
    """
    return Config.from_env(os.environ)


def log_format() -> LogFormat:
    """Read how this process is to write its log.

    Raises:
        ConfigError: If it is told neither of the two ways.
    """
    return LogFormat.from_env(os.environ)


def actor() -> str:
    """Tell for the audit log who is at the command line: the system's user, whatever the environment says."""
    try:
        return f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:  # as in a container that runs under a number
        return f"os:{os.getuid()}"
