"""The reference is compared with the program: settings, tables and columns, endpoints, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import psycopg

from opchat_cli import main as opchat
from opchat_cli.log import LogFormat
from opchat_core import Config
from opchat_core.errors import ConfigError, OpchatError
from opchat_flask.openapi.paths import PATHS
from opchat_flask.openapi.schemas import SCHEMAS
from opchat_flask.problems import status_of

REFERENCE = Path(__file__).parents[2] / "docs/reference"


def rows(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """The rows of all tables of a page: the heading above, the code in the first cell, the other cells."""
    heading = ""
    for line in (REFERENCE / page).read_text().splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif match := re.match(r"\| `([^`]+)`[^|]* \|(.*)\|$", line):
            yield heading, match[1], [cell.strip() for cell in match[2].split("|")]


class Curious(Mapping[str, str]):
    """An environment with nothing in it, that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> str:
        self.asked.append(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_environment_page_names_what_is_read() -> None:
    """Each variable that the configuration reads is on the page, in the order of reading or another, and no other."""
    environment = Curious()
    Config.from_env(environment)
    LogFormat.from_env(environment)

    assert sorted(name for _, name, _ in rows("environment.md")) == sorted(environment.asked)


def test_schema_page_names_what_is_migrated(migrated_url: str) -> None:
    """Each column of each table of a migrated database is on the page, in the table's order."""
    with psycopg.connect(migrated_url) as connection:
        columns = connection.execute(
            """
            SELECT c.relname::text, a.attname::text
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'opchat'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
                AND NOT a.attisdropped
            ORDER BY c.relname, a.attnum
            """
        ).fetchall()

    told = [(table, column) for table, column, _ in rows("schema.md")]
    assert sorted(told, key=lambda row: row[0]) == columns


def test_http_page_names_each_endpoint() -> None:
    """Each endpoint of the OpenAPI document, which is tested against the app, is on the page, and no other."""
    served = {f"{method.upper()} {path}" for path, methods in PATHS.items() for method in methods}

    told = [code for heading, code, _ in rows("http.md") if heading.startswith("Endpoints")]
    assert sorted(told) == sorted(served)


def test_http_page_names_each_key_of_a_message() -> None:
    """Each key that a message may be posted with has its rule on the page."""
    told = [code for heading, code, _ in rows("http.md") if heading == "Message"]
    assert sorted(told) == sorted(SCHEMAS["IncomingMessage"]["properties"])


def test_http_page_names_each_code_with_its_status() -> None:
    """Each class of error that stands for itself has its code on the page, with the status that the API answers."""
    served = {kind.code: str(status_of(kind).value) for kind in leaves(OpchatError) if kind is not ConfigError}

    told = {code: cells[0] for heading, code, cells in rows("http.md") if heading == "Errors"}
    assert told == served


def leaves(kind: type[OpchatError]) -> Iterator[type[OpchatError]]:
    """The classes of opchat below one that have none below themselves."""
    children = [child for child in kind.__subclasses__() if child.__module__.startswith("opchat_")]
    for child in children:
        yield from leaves(child)
    if not children:
        yield kind


def test_command_page_names_each_command() -> None:
    """Each command is in the table of the page, in the order of ``opchat --help``; their help is put in by Sphinx."""
    told = [code for _, code, _ in rows("cli.md")]
    assert told == [f"opchat {name}" for name in opchat.list_commands(click.Context(opchat))]
