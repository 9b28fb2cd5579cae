"""Every example of every page is executed: Python as it is printed, console sessions command by command."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

if TYPE_CHECKING:
    from sybil import Example

    from opchat_core.testing.simulator import Simulator

ROOT = Path(__file__).parents[2]
ILLUSTRATIVE = "<!-- illustrative:"
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_console(example: Example) -> str | None:
    """Run each ``$ command`` of a console block and compare what it prints with the lines below it."""
    if _is_illustrative(example):
        return None
    for block in f"\n{example.parsed}".split("\n$ ")[1:]:
        command, _, expected = block.partition("\n")
        bin_directory = str(Path(sys.executable).parent)
        done = subprocess.run(
            ["sh", "-c", command],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=example.namespace["tmp_path"],
            env={**os.environ, "PATH": os.pathsep.join([bin_directory, os.environ["PATH"]]), "COLUMNS": "80"},
        )
        said = done.stdout + done.stderr
        if done.returncode != 0 or not doctest.OutputChecker().check_output(
            expected.strip() + "\n", said.strip() + "\n", _FLAGS
        ):
            return f"$ {command}\nsaid (status {done.returncode}):\n{said}\ninstead of:\n{expected}"
    return None


def insist_on_reason(example: Example) -> str | None:
    """Let a shell block pass that is not executed, if the page says why."""
    return None if _is_illustrative(example) else f"a block that is not executed says why: {ILLUSTRATIVE} ... -->"


def _is_illustrative(example: Example) -> bool:
    before = example.document.text[: example.start].rstrip().rpartition("\n")[2]
    return before.startswith(ILLUSTRATIVE)


PARSERS = (
    PythonCodeBlockParser(doctest_optionflags=_FLAGS),
    CodeBlockParser("console", run_console),
    CodeBlockParser("sh", insist_on_reason),
)

PAGES = {
    path.relative_to(ROOT).as_posix(): Document.parse(str(path), *PARSERS)
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "_build" not in path.parts
}


@pytest.mark.parametrize("page", [page for page, document in PAGES.items() if any(document.examples())])
def test_examples_do_what_the_page_says(page: str, shop: Simulator, tmp_path: Path) -> None:
    """A reader types what a page shows, from its top to its end, and sees what the page promises."""
    document = PAGES[page]
    document.namespace.update(tmp_path=tmp_path, telegram=shop)
    for example in document.examples():
        example.evaluate()


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_of_pages_outside_of_docs_lead_somewhere(page: str) -> None:
    """Sphinx checks the links of its own pages; those beside it lead to files that exist."""
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", (ROOT / page).read_text())
    assert [target for target in targets if not (ROOT / target).exists()] == []
