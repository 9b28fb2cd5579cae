"""Sphinx configuration: `sphinx-build -W -n -b html docs docs/_build/html`."""

from __future__ import annotations

from importlib.metadata import version as installed_version

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
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"

# There is no inventory to resolve these against: the build must work without a network. Everything else must resolve.
nitpick_ignore_regex = [
    ("py:.*", r"(collections|contextlib|datetime|pathlib|threading|types|typing|subprocess|enum)(\..*)?"),
    ("py:.*", r"(bool|bytes|dict|float|int|list|object|str|tuple|type|None|Any|Self|Callable|Iterable|Iterator)"),
    ("py:.*", r"(Sequence|Mapping|datetime|timedelta|Path|AbstractContextManager|Event|TracebackType)"),
    ("py:.*", r"(BaseException|Exception|ValueError|OSError|LookupError|KeyboardInterrupt)"),
    ("py:.*", r"(flask|werkzeug|telegram|attrs?|attr|psycopg|psycopg_pool)(\..*)?"),
]
