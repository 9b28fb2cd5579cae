"""The description of the API, checked against the running app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.flask.conftest import Client

from opchat_flask.openapi.paths import PATHS

if TYPE_CHECKING:
    from flask import Flask

    from opchat_core import OperatorChat
    from opchat_core.testing.simulator import Simulator

# Not "no server error": 503 is an answer of this API, and 500 is none that is described.
CHECKS = [
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


# Whenever psycopg's pool opens a connection, in a thread of its own, it takes from `random`; Hypothesis blames us.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.properties
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_the_app_answers_as_described(
    app: Flask, chat: OperatorChat, operator: dict[str, str], simulator: Simulator, mode: GenerationMode
) -> None:
    """Whatever one sends, sound or broken: the status, the type and the shape of the answer are in the description."""
    simulator.user(1)
    chat.receive(user_id=1, text="hello")
    chat.receive(user_id=1, text="hello", bot_type="sales")
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app).exclude(path="/api/events")  # which never ends
    operations = [result for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == sum(map(len, PATHS.values())) - 2  # the stream, and the description, which was read
    for operation in (result.ok() for result in operations):
        if mode is GenerationMode.POSITIVE or operation.path.startswith("/api/"):  # health takes nothing to break
            _try(operation, mode, operator)


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()


def test_every_api_route_is_described(app: Flask, client: Client) -> None:
    """An endpoint cannot be added without telling, nor described without being there."""
    document = client.get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {
        (path.replace("{userId}", "<user>").replace("{seq}", "<seq>"), method.upper())
        for path, operations in document["paths"].items()
        for method in operations
    }
    routes = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule in {"/healthz", "/readyz", "/metrics"}
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes


def test_every_reference_in_the_description_leads_somewhere(client: Client) -> None:
    """A generator of clients finds all shapes, and none is left over."""
    document = client.get("/api/openapi.json").json
    references: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            references.update({value["$ref"]} if "$ref" in value else ())
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(document)
    assert references == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_every_link_takes_what_the_answer_has(client: Client) -> None:
    """Whatever a link puts into the next request is a key that the answer before it has."""
    document = client.get("/api/openapi.json").json
    answers = [
        answer
        for operations in document["paths"].values()
        for operation in operations.values()
        for answer in operation["responses"].values()
        if "links" in answer
    ]
    assert answers
    for answer in answers:
        for link in answer["links"].values():
            for taken in [*link.get("parameters", {}).values(), *link.get("requestBody", {}).values()]:
                shape = answer["content"]["application/json"]["schema"]
                for step in taken.removeprefix("$response.body#/").split("/"):
                    if "$ref" in shape:
                        shape = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
                    shape = shape["items"] if shape["type"] == "array" else shape["properties"][step]
