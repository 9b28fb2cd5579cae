"""Wapiti crawls the running server, in an operator's session, and tries what it knows: it finds nothing."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.flask.conftest import PASSWORD
from tests.support.ports import free_port

from opchat_core import connect
from opchat_flask import hash_password

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.processes import Processes

WAPITI = shutil.which("wapiti")
#: All that work on this machine alone; its module "ssrf" asks a server of its own on the internet.
MODULES = "cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,sql,xss"
#: What it finds and we mean so: the form of the login goes by the browser's word on its origin instead of a token, and
#: over HTTP, as here, a cookie that is for HTTPS alone would never come back.
INTENDED = {"Cross Site Request Forgery", "Secure Flag cookie"}
SECONDS = "60"


@pytest.mark.skipif(WAPITI is None, reason="wapiti is not installed; `nox -s security` brings it")
@pytest.mark.timeout(180)
def test_a_crawler_finds_nothing(processes: Processes, clean_database: str, tmp_path: Path) -> None:
    """Pages, forms and every endpoint of the description, with the rights of an operator."""
    assert WAPITI is not None
    url = f"http://127.0.0.1:{free_port()}"
    with connect(clean_database) as chat:
        chat.operators.add("olga", hash_password(PASSWORD))
        chat.receive(user_id=42, text="Where is my order?", first_name="Anna")
    server = processes.opchat("serve", f"--port={url.rpartition(':')[2]}", environment={"DATABASE_URL": clean_database})
    server.wait_for_url(f"{url}/readyz")
    login = httpx.post(f"{url}/login", data={"name": "olga", "password": PASSWORD}, headers={"Origin": url})
    session = f"Cookie: opchat_session={login.cookies['opchat_session']}"
    report = tmp_path / "report.json"
    crawler = processes.start(
        *(WAPITI, "--url", f"{url}/login", "--scope", "domain", "--start", f"{url}/dashboard/operator-chats"),
        *("--start", f"{url}/dashboard/users/42/operator-chat", "--exclude", f"{url}/logout"),
        *("--exclude", f"{url}/api/events", "--swagger", f"{url}/api/openapi.json", "--header", session),
        *(
            "--module",
            MODULES,
            "--max-scan-time",
            SECONDS,
            "--max-attack-time",
            "10",
            "--no-bugreport",
            "--flush-session",
        ),
        *("--store-session", str(tmp_path / "session"), "--store-config", str(tmp_path / "config")),
        *("--format", "json", "--output", str(report)),
    )
    assert crawler.wait(150) == 0, crawler.output()
    told = json.loads(report.read_text())
    assert told["infos"]["crawled_pages_nbr"] > 5, crawler.output()
    found = {kind: seen for kind, seen in told["vulnerabilities"].items() if seen and kind not in INTENDED}
    assert found == {}
    # "Anomalies" are answers of 500 and the like, and requests that took too long.
    assert not [seen for kind, seen in told["anomalies"].items() if kind == "Internal Server Error" and seen]
