"""The server's processes, with the log of the command line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opchat_cli.log import log_to_stderr
from opchat_cli.settings import log_format
from opchat_flask import worker

if TYPE_CHECKING:
    from opchat_flask.front import Front


def application() -> Front:
    """Make the app of one process."""
    log_to_stderr(logging.INFO, log_format())
    return worker.application()


def verbose_application() -> Front:
    """Make the app of one process that logs more."""
    log_to_stderr(logging.DEBUG, log_format())
    return worker.application()


def target() -> str:
    """Name the function above that logs as much as this process does."""
    verbose = logging.getLogger("opchat_cli").isEnabledFor(logging.DEBUG)
    return f"{__name__}:{(verbose_application if verbose else application).__name__}"
