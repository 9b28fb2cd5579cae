"""What the endpoints' descriptions are made of: operations, answers, errors, parameters."""

from __future__ import annotations

from typing import Any

from opchat_flask.openapi.shapes import BOT_TYPE, POSITIVE, STRING, Schema, ref

Operation = dict[str, Any]
Security = list[dict[str, list[str]]]

OPERATOR: Security = [{"operatorToken": []}, {"session": []}]
VERIFIED: Security = [{"ingestToken": []}, {"operatorToken": []}]
ANYBODY: Security = [*VERIFIED, {}]

PROBLEMS = {
    400: "The body is not valid JSON.",
    401: "The caller did not prove who it is.",
    403: "The caller may not do this, or the request did not come from the dashboard (`csrf_failed`).",
    404: "There is no such user, chat or message.",
    409: "The request does not fit what is stored now.",
    413: "The body is longer than 256 KiB.",
    415: "The body is not `application/json`.",
    422: "Fields or parameters break their rules; `errors` names each. Nothing was changed.",
    429: "Too many requests; `Retry-After` says when to come again.",
    503: "Something is away for the moment, or no bot is configured (`telegram_not_configured`).",
}
BODY = (400, 413, 415, 422)


def problem(status: int, detail: str | None = None) -> dict[str, Any]:
    """Describe an error; without a detail, by what its status says everywhere."""
    return {
        "description": detail or PROBLEMS[status],
        "content": {"application/problem+json": {"schema": ref("Problem")}},
    }


def json_answer(schema: str, detail: str, *, tagged: bool = False) -> dict[str, Any]:
    """Describe an answer of a named shape; ``tagged``: with an ``ETag``, to ask again by."""
    response: dict[str, Any] = {"description": detail, "content": {"application/json": {"schema": ref(schema)}}}
    if tagged:
        response["headers"] = {"ETag": {"schema": STRING, "required": True}}
    return response


def file_answer(detail: str) -> dict[str, Any]:
    """Describe an answer that is a file of any kind."""
    return {
        "description": detail,
        "headers": {"ETag": {"schema": STRING, "required": True}},
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }


def operation(
    summary: str,
    answers: dict[int, dict[str, Any]],
    *,
    problems: tuple[int, ...] = (),
    security: Security | None = None,
    body: str | None = None,
    form: str | None = None,
    parameters: tuple[Schema, ...] = (),
    description: str = "",
) -> Operation:
    """Describe one method of one path.

    Args:
        summary: What it does, in words of which also its ``operationId`` is made.
        answers: What comes back, by its status; also an error that says more here than elsewhere.
        problems: The statuses of its other errors.
        security: What proves who the caller is; None: nothing is asked.
        body: The name of its JSON body's shape.
        form: The name of the form's shape, where it takes one instead.
        parameters: Those in the path, in the query and in headers.
        description: What the summary leaves out.
    """
    statuses = {**answers, **{status: problem(status) for status in problems if status not in answers}}
    described: Operation = {
        "summary": summary,
        "operationId": summary.lower().replace(",", "").replace(" ", "_"),
        "responses": {str(status): statuses[status] for status in sorted(statuses)},
        "security": security or [],
    }
    if description:
        described["description"] = description
    if parameters:
        described["parameters"] = list(parameters)
    if body:
        content = {"application/json": {"schema": ref(body)}}
        if form:
            content["multipart/form-data"] = {"schema": ref(form)}
        described["requestBody"] = {"required": True, "content": content}
    return described


def query(name: str, schema: Schema, description: str) -> Schema:
    """Describe a parameter of the query, which may be left out."""
    return {"name": name, "in": "query", "schema": schema, "description": description}


def in_path(name: str, description: str) -> Schema:
    """Describe a number in the path."""
    return {"name": name, "in": "path", "required": True, "schema": POSITIVE, "description": description}


USER = in_path("userId", "The Telegram user id.")
SEQ = in_path("seq", "The message's number in the chat.")
BOT = query("botType", {**BOT_TYPE, "default": "operator"}, "Which bot's chat.")
KNOWN: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "schema": STRING,
    "description": "The `ETag` of an earlier answer: 304 if nothing has changed.",
}
NOTHING_NEW = {"description": "Nothing has changed."}
