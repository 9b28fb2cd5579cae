"""The environment, read in this one place."""

from __future__ import annotations

import os

from opchat_core import Config


def read_settings() -> Config:
    """Read the settings of this process.

    Raises:
        ConfigError: If a value is unknown or malformed.
    """
    return Config.from_env(os.environ)
