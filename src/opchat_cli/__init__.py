"""The command line: composes the programs of opchat out of its parts."""

from opchat_cli.group import main

__all__ = ["main"]
