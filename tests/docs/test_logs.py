"""The page of log events is compared with every call of a logger in the source."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from tests.docs.test_reference import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src"
_LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
_EVENT = re.compile(r"[a-z]+\.[a-z_]+")


@frozen
class Call:
    """One call of a logger.

    Attributes:
        event: The record's text.
        level: Its level.
        fields: Names of the extras that stand in the call.
        more: Further extras come from elsewhere.
    """

    event: str
    level: str
    fields: frozenset[str]
    more: bool


def modules() -> list[Path]:
    """The packages, without the stand-in for Telegram, which is no part of an installation."""
    return [path for path in SOURCE.rglob("*.py") if "testing" not in path.parts]


def calls() -> Iterator[Call]:
    """Every call of a logger."""
    for path in modules():
        tree = ast.parse(path.read_text())
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    match node:
                        case ast.Call(func=ast.Attribute(value=ast.Name("_log"), attr=method)) if method in _LEVELS:
                            yield from _read(node, method, function)


def _read(call: ast.Call, method: str, function: ast.AST) -> Iterator[Call]:
    """The call, once for each text that it may have."""
    extra = next((keyword.value for keyword in call.keywords if keyword.arg == "extra"), ast.Dict([], []))
    keys = extra.keys if isinstance(extra, ast.Dict) else [None]
    fields = frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))
    for event in _texts(call.args[0], function):
        yield Call(event, _LEVELS[method], fields, None in keys)


def _texts(text: ast.expr, function: ast.AST) -> list[str]:
    """The text of a record, or, where it is a variable, every event that this is set to."""
    if isinstance(text, ast.Constant):
        return [str(text.value)]
    settings = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    named = [one for one in settings if ast.unparse(text) in map(ast.unparse, ast.walk(one.targets[0]))]
    constants = [str(node.value) for one in named for node in ast.walk(one.value) if isinstance(node, ast.Constant)]
    return [constant for constant in constants if _EVENT.fullmatch(constant)]


def test_every_logger_is_looked_at() -> None:
    """Each module's logger has the name that the test above looks for."""
    makers = [path for path in modules() if "getLogger(__name__)" in path.read_text()]
    assert makers
    assert [path for path in makers if "_log = logging.getLogger(__name__)" not in path.read_text()] == []


def test_each_record_has_a_name_and_is_on_the_page() -> None:
    """Each event that the code writes is on the page with its level and fields, and the page names no other."""
    page = {event: (cells[0], frozenset(re.findall(r"`(\w+)`", cells[1]))) for _, event, cells in rows("logs.md")}
    written = list(calls())

    assert [call for call in written if not _EVENT.fullmatch(call.event)] == []
    assert set(page) == {call.event for call in written}
    for call in written:
        level, fields = page[call.event]
        assert level == call.level, call.event
        assert call.fields <= fields, call.event
    for event, (_, fields) in page.items():
        mine = [call for call in written if call.event == event]
        if not any(call.more for call in mine):
            assert fields == frozenset().union(*(call.fields for call in mine)), event
