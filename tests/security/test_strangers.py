"""Somebody without a login, calling everything that the description of the API names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from tests.flask.test_openapi import CHECKS
from tests.support.tables import contents

if TYPE_CHECKING:
    from flask import Flask

    from opchat_core import OperatorChat

#: What strangers may ask for; all else is 401.
OPEN = {"/api/chat-message", "/api/openapi.json", "/healthz", "/readyz"}


@pytest.mark.properties
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("token", [None, "opchat_made-up"])
def test_a_stranger_gets_nothing_but_answers_as_described(
    app: Flask, chat: OperatorChat, anna: int, mode: GenerationMode, token: str | None
) -> None:
    """Whatever they send, whoever they claim to be: 401 where something is protected, and nothing changes."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app).exclude(path="/api/events")
    url = chat.config.database_url or ""
    before = contents(url)
    for operation in (result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)):
        if operation.path not in OPEN:
            _try(operation, mode, headers)
    assert contents(url) == before


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        assert answer.status_code in {401, 404, 405}, answer.status_code

    check()
