"""What follows from what, by the links of the description: one answer's chat and message put into the next request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, multiple
from schemathesis.generation.stateful.state_machine import StepInput
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.flask.conftest import bearer

from opchat_core.model import Limits
from opchat_core.postgres.scratch import truncate
from opchat_flask import create_app

if TYPE_CHECKING:
    from opchat_core import OperatorChat

# Those that try a request again in another way are left to the tests of single ones.
CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
BOUNDS = settings(
    max_examples=15,
    stateful_step_count=12,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
CHAT = "/api/users/{userId}/operator-chat"
WRITE = "POST /api/chat-message"
JSON = "application/json"
HELLO: Any = {"messageText": "Hello!"}


def _walk(chat: OperatorChat, *, logged_in: bool) -> Counter[tuple[str, int]]:
    """Follow the links here and there; how often which operation answered with which status."""
    # Limits would end every sequence at its beginning.
    config = attrs.evolve(chat.config, limits=Limits(user=None, address=None, all=None))
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", create_app(chat, config))
    machine: Any = schema.as_state_machine()
    write, answer = schema["/api/chat-message"]["POST"], schema[CHAT]["POST"]
    seen: Counter[tuple[str, int]] = Counter()

    class Walk(machine):  # type: ignore[misc] # a class that is made of the description
        def setup(self) -> None:
            """Begin with nothing, for Hypothesis takes it that the same requests have the same answers."""
            truncate(chat.config.database_url or "")
            self.headers = {}
            if logged_in:
                chat.operators.add("Olga", "no password")
                self.headers = bearer(chat.operators.issue_token("Olga").secret)

        @initialize(target=Bundle("catch_all"), user_id=st.integers(1, 9))
        def somebody_writes(self, user_id: int) -> Any:
            """Without a chat, and an answer in it, there is little to follow."""
            steps = [self.take(write.Case(body={"userId": user_id, "messageText": "hello"}, media_type=JSON))]
            if logged_in:
                steps.append(self.take(answer.Case(path_parameters={"userId": user_id}, body=HELLO, media_type=JSON)))
            return multiple(*steps)

        def take(self, case: Any) -> Any:
            self.recorder.record_case(case=case)
            return self.step(StepInput.initial(case))

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": self.headers}

        def validate_response(self, response: Any, case: Any, **options: Any) -> None:
            seen[case.operation.label, response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

    Walk.run(settings=BOUNDS)
    return seen


@pytest.mark.properties
def test_what_an_operator_does_one_after_another_is_answered_as_described(chat: OperatorChat) -> None:
    """A message, the answer to it, its edit and its end, in any order: every answer is in the description."""
    seen = _walk(chat, logged_in=True)
    done = {label for label, status in seen if status < 300}
    assert {WRITE, f"POST {CHAT}"} < done, "no link led on"


@pytest.mark.properties
def test_a_stranger_gets_no_further_by_what_they_stored(chat: OperatorChat) -> None:
    """They may store messages; what comes back opens nothing, neither to read nor to change."""
    seen = _walk(chat, logged_in=False)
    assert seen[WRITE, 201]
    assert {status for label, status in seen if label != WRITE} == {401}
