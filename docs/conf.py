"""Sphinx configuration: `sphinx-build -W -n -b html docs docs/_build/html`."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

import click
from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from opchat_cli import main as opchat

if TYPE_CHECKING:
    from docutils.nodes import Element, Node, reference
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "opchat"
author = "The opchat authors"
copyright = "The opchat authors"  # noqa: A001 - the name that Sphinx reads
version = release = installed_version("opchat")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
default_role = "code"
html_theme = "furo"
html_title = f"opchat {version}"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# Docstrings are Google style. Attributes are documented in the class docstring, so autodoc must not list them twice.
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"

nitpick_ignore = [
    ("py:class", "Tables"),  # what the store in memory copies for a transaction; nobody else makes one
    ("py:class", "Json"),  # an object as Telegram writes it
    ("py:class", "Outgoing"),  # told in the words of MediaLibrary
    ("py:class", "Step"),  # told in the words of RecordingSender
    ("py:attr", "authorized"),  # an attribute that its class describes
]
# There is no inventory to resolve these against: the build must work without a network. Everything else must resolve.
nitpick_ignore_regex = [
    ("py:.*", r"(asyncio|collections|contextlib|datetime|pathlib|threading|types|typing|subprocess|enum)(\..*)?"),
    ("py:.*", r"(bool|bytes|dict|float|int|list|object|str|tuple|type|None|Any|Self|Callable|Iterable|Iterator)"),
    ("py:.*", r"(Sequence|Mapping|datetime|timedelta|Path|AbstractContextManager|Event|TracebackType)"),
    ("py:.*", r"(BaseException|Exception|ValueError|OSError|LookupError|KeyboardInterrupt|Flask|Application)"),
    ("py:.*", r"(flask|werkzeug|telegram|attrs?|attr|psycopg|psycopg_pool)(\..*)?"),
]


def resolve_by_last_name(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element) -> reference | None:
    """Resolve a name of opchat by its last part, for one object is imported from several places.

    ``opchat_core.model.Message`` is documented as ``opchat_core.Message``, and an annotation may say just ``Message``.
    Names that are documented nowhere, or twice, stay errors.
    """
    if node.get("refdomain") != "py":
        return None
    last = node["reftarget"].rpartition(".")[2]
    objects = env.domains.python_domain.objects.items()
    found = {obj.node_id: obj.docname for name, obj in objects if name.rpartition(".")[2] == last and not obj.aliased}
    if len(found) != 1:
        return None
    ((anchor, page),) = found.items()
    return make_refnode(app.builder, node["refdoc"], page, anchor, [content], last)


class CommandHelp(SphinxDirective):
    """``.. command-help::`` shows what ``--help`` says of every command of ``opchat``."""

    def run(self) -> list[Node]:
        """Make a section for each command, and one for each command of a group."""
        context = click.Context(opchat, info_name="opchat", **opchat.context_settings)
        return [section for name in opchat.list_commands(context) for section in self._sections(name, context, opchat)]

    def _sections(self, name: str, above: click.Context, group: click.Group) -> list[Node]:
        command = group.get_command(above, name)
        if command is None:
            raise LookupError(name)
        context = click.Context(command, info_name=name, parent=above, terminal_width=88)
        title = context.command_path
        section = nodes.section("", nodes.title(title, title), ids=[nodes.make_id(title)])
        said = command.get_help(context)
        section += nodes.literal_block(said, said, language="text")
        if not isinstance(command, click.Group):
            return [section]
        names = command.list_commands(context)
        return [section, *(inner for one in names for inner in self._sections(one, context, command))]


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", resolve_by_last_name)
    app.add_directive("command-help", CommandHelp)
