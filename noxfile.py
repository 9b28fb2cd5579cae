"""Everything that is checked, one session each; `nox` runs what CI runs, `nox -l` lists it.

A machine with Python, pip and (as root) apt-get is enough: what Debian has to add is installed when it is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2026.4"
nox.options.error_on_missing_interpreters = True
nox.options.default_venv_backend = "virtualenv"

PROJECT = nox.project.load_toml("pyproject.toml")
POSTGRES_15 = Path("/usr/lib/postgresql/15/bin")
#: What tests need from Debian: package -> a file that shows it is there.
DEBIAN = {
    "postgresql-15": POSTGRES_15 / "postgres",
    "pgbouncer": Path("/usr/sbin/pgbouncer"),
    "chromium": Path("/usr/bin/chromium"),
    "libfaketime": Path("/usr/share/doc/libfaketime"),
}
#: Sessions that need opchat with everything share this environment, so that it is made once (`rm -r .nox` renews it).
SHARED = Path(".nox", "everything", "bin")
SHORT_TESTS = ("-m", "not browser and not faults and not properties")
#: What a session of its own runs, and need not be run twice.
ELSEWHERE = ("--ignore=tests/docs", "--ignore=tests/security")
DESCRIBED = "tests/flask/test_openapi.py"
#: Tests wait for servers more than they compute, so there is one process more than there are processors, each with a
#: database of its own; more than eight would wait for one another. `-- -n0` runs them in this process, for a debugger.
AT_ONCE = ("-n", str(min((os.cpu_count() or 1) + 1, 8)), "--dist", "worksteal")


def groups(*names: str) -> tuple[str, ...]:
    """Requirements of dependency groups, so that pyproject.toml stays their only home."""
    return nox.project.dependency_groups(PROJECT, *names)


def install_everything(session: nox.Session) -> None:
    """Bring the shared environment up to date: opchat with all extras, editable, and what its tests need."""
    if not (SHARED / "python").exists():
        session.run(sys.executable, "-m", "venv", str(SHARED.parent), external=True)
    run(session, "pip", "install", "--quiet", "-e.[all]", *groups("tests", "types", "docs"), "nox")


def run_pytest(session: nox.Session, *arguments: str) -> None:
    """Run tests, several at once, in the shared environment; what follows `--` in the call of nox has the last word."""
    run(session, "pytest", *AT_ONCE, *arguments, *session.posargs)


def run(session: nox.Session, program: str, *arguments: str) -> None:
    """Run a program of the shared environment."""
    session.run(str(SHARED / program), *arguments, external=True)


def install_debian(session: nox.Session, *packages: str) -> None:
    """Install Debian packages that are missing; say what to do when that is not possible here.

    What any session of the run may need is installed at the first need, so that apt-get runs once.
    """
    if all(DEBIAN[package].exists() for package in packages):
        return
    missing = [package for package, witness in DEBIAN.items() if not witness.exists()]
    by_hand = f"this session needs {' and '.join(packages)}: apt-get install {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        session.error(by_hand)
    apt = {"DEBIAN_FRONTEND": "noninteractive"}
    session.run("apt-get", "update", "-q", external=True, env=apt, silent=True)
    install = ("apt-get", "install", "-q", "-y", "--no-install-recommends", *missing)
    session.run(*install, external=True, env=apt, silent=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, likely mistakes and layout of the code (ruff)."""
    session.install(*groups("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def pages(session: nox.Session) -> None:
    """The dashboard's scripts and style: static types (TypeScript), likely mistakes and layout (Biome)."""
    session.install(*groups("pages"))  # it brings Node.js along
    directory = Path(session.create_tmp()).resolve()
    shutil.copy("package.json", directory)
    quiet = ("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    session.run("npm", "install", "--prefix", str(directory), *quiet)
    programs = directory / "node_modules" / ".bin"
    session.run(str(programs / "tsc"), "--project", ".", external=True)
    session.run(str(programs / "biome"), "check", "--error-on-warnings", external=True)


@nox.session
def imports(session: nox.Session) -> None:
    """The house's map: who may import whom (import-linter)."""
    session.install("--no-deps", "-e.")
    session.install(*groups("imports"))
    session.run("lint-imports")


@nox.session(venv_backend="none")
def types(session: nox.Session) -> None:
    """Static types of the package, its tests and this file (mypy --strict), and of the public API (pyright)."""
    install_everything(session)
    run(session, "mypy")
    run(session, "pyright", "--pythonpath", str(SHARED / "python"))


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """The tests on the embedded PostgreSQL, with the coverage of lines and branches."""
    install_everything(session)
    install_debian(session, "pgbouncer")
    run(session, "coverage", "erase")
    run(session, "coverage", "run", "-m", "pytest", *AT_ONCE, *SHORT_TESTS, *ELSEWHERE, *session.posargs)
    run(session, "coverage", "combine", "--quiet")
    run(session, "coverage", "report")


@nox.session(venv_backend="none")
def postgres15(session: nox.Session) -> None:
    """The same tests on PostgreSQL 15 of Debian, the oldest that opchat supports."""
    install_everything(session)
    install_debian(session, "postgresql-15", "pgbouncer")
    # What asks no database, or only the embedded one, is of the session before.
    before = [f"--ignore=tests/{area}" for area in ("core", "embedded", "simulator", "telegram")]
    pytest = (str(SHARED / "pytest"), *AT_ONCE, *SHORT_TESTS, *ELSEWHERE, *before, *session.posargs)
    run(session, "python", "-m", "tests.support.postgres_cluster", str(POSTGRES_15), *pytest)


@nox.session
def lowest(session: nox.Session) -> None:
    """The oldest dependencies that pyproject.toml allows, with tests that pass through all of them."""
    session.install(*groups("lowest"))
    session.run("uv", "pip", "install", "--quiet", "--resolution", "lowest-direct", "-e.[all]")
    session.install(*groups("tests"))
    parts = ("contract/test_receiving.py", "flask/test_conversation.py", "bot/test_whole_way.py")
    through_all = [f"tests/{part}" for part in parts]
    session.run("pytest", *AT_ONCE, "-k", "not pgbouncer", *through_all, *session.posargs)


@nox.session(venv_backend="none")
def properties(session: nox.Session) -> None:
    """Long property-based tests: state machines, cursors, texts (Hypothesis, schemathesis)."""
    install_everything(session)
    # Those of strangers, and of the API as described, are the security session's.
    run_pytest(session, "-m", "properties", "--ignore=tests/security", f"--ignore={DESCRIBED}")


@nox.session(venv_backend="none")
def faults(session: nox.Session) -> None:
    """The promise that nothing is lost or doubled, by breaking things for real; `-- --soak` does so for longer."""
    install_everything(session)
    install_debian(session, "postgresql-15", "pgbouncer", "libfaketime")
    run_pytest(session, "-m", "faults")


@nox.session
def security(session: nox.Session) -> None:
    """What strangers could try: abuse, guesses, a crawl by wapiti, the API as described; known holes (pip-audit)."""
    session.install(*groups("security"))  # apart from the rest, for they bring much along
    install_everything(session)
    path = os.pathsep.join([session.bin, os.environ["PATH"]])
    everything = ("-m", "not browser", "tests/security", DESCRIBED)
    session.run(str(SHARED / "pytest"), *AT_ONCE, *everything, *session.posargs, env={"PATH": path}, external=True)
    audit(session)


def audit(session: nox.Session) -> None:
    """Look for known holes in the shared environment; say so where the data about them cannot be reached."""
    (packages,) = SHARED.parent.glob("lib/python*/site-packages")
    report = Path(session.create_tmp()).resolve() / "audit.json"
    report.unlink(missing_ok=True)
    options = ("--path", str(packages), "--skip-editable", "--timeout=10", "--format=json", f"--output={report}")
    session.run("pip-audit", *options, success_codes=[0, 1], silent=True)
    found = json.loads(report.read_text())["dependencies"] if report.exists() else []
    holes = [f"{one['name']} {one['version']}: {hole['id']}" for one in found for hole in one.get("vulns", ())]
    if holes:
        session.error("known holes: " + ", ".join(holes))
    judged = sum("vulns" in one for one in found)
    if judged < len(found) or not found:
        session.warn(f"pip-audit knew about {judged} of {len(found)} packages; its data cannot be reached from here")


@nox.session(venv_backend="none")
def browser(session: nox.Session) -> None:
    """The pages in a real Chromium."""
    install_everything(session)
    install_debian(session, "chromium")
    run_pytest(session, "-m", "browser")


@nox.session(venv_backend="none")
def docs(session: nox.Session) -> None:
    """The documentation: every example is executed, every reference resolves, every page is built."""
    install_everything(session)
    run_pytest(session, "tests/docs")
    run(session, "sphinx-build", "-W", "-n", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session(venv_backend="none", default=False)
def bench(session: nox.Session) -> None:
    """How fast opchat is, side by side with pgbench and the design it replaces; `-- --quick` in some two minutes."""
    install_everything(session)
    run(session, "python", "-m", "tests.benchmarks", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """The built wheel: the core works with its few dependencies alone, the rest with the extras."""
    built = Path(session.create_tmp()).resolve() / "wheel"
    shutil.rmtree(built, ignore_errors=True)
    session.run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(built), ".")
    (file,) = built.glob("opchat-*.whl")
    session.run("python", "tests/wheel/check_contents.py", str(file))
    session.install(str(file))
    install_debian(session, "postgresql-15")  # it brings libpq, which the core leaves to the system
    # Not from the checkout, where `import opchat_core` could find something else than the wheel.
    check_core = Path("tests/wheel/check_core.py").resolve()
    with session.chdir(built):
        session.run("python", "-I", str(check_core))
        session.install(f"opchat[all] @ {file.as_uri()}")
        session.run("opchat", "--version")
        session.run("opchat", "--help", silent=True)
