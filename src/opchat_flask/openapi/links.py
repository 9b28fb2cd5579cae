"""What can be asked next: OpenAPI links, from the chat or message that an answer tells of to what acts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from opchat_flask.openapi.paths import PATHS

if TYPE_CHECKING:
    from opchat_flask.openapi.parts import Operation


@frozen
class Source:
    """What an answer tells of.

    Attributes:
        place: Where in the body a chat or a message stands, as a JSON pointer.
        followers: The operations that act on it.
    """

    place: str
    followers: tuple[str, ...]


OF_A_CHAT = ("read_a_chat", "send_an_answer", "say_who_is_there", "open_or_close_a_chat")
OF_A_MESSAGE = ("mark_a_chat_read", "read_earlier_versions", "read_a_file")
OF_AN_ANSWER = ("edit_an_answer", "delete_an_answer", "try_an_answer_again", "settle_an_answer")

#: By the operation that answers.
SOURCES = {
    "store_one_message": Source(
        "/message", (*OF_A_CHAT, *OF_A_MESSAGE, "react_to_a_message", "record_a_reaction", "record_a_block")
    ),
    "record_a_block": Source("/chat", OF_A_CHAT),
    "record_a_reaction": Source("/message", ("read_a_chat",)),
    "list_chats": Source("/chats/0", OF_A_CHAT),
    "open_or_close_a_chat": Source("/chat", OF_A_CHAT),
    "read_a_chat": Source("/messages/0", (*OF_A_MESSAGE, "send_an_answer")),
    "send_an_answer": Source("/message", ("read_a_chat", *OF_A_MESSAGE, *OF_AN_ANSWER)),
    "edit_an_answer": Source("/message", ("delete_an_answer", "read_earlier_versions")),
    "delete_an_answer": Source("/message", ("read_earlier_versions",)),
}
#: Which keys of the chat or message go into the body of what follows.
BODIES = {
    "open_or_close_a_chat": ("userId", "botType"),
    "record_a_block": ("userId", "botType"),
    "record_a_reaction": ("userId", "botType", "telegramMessageId"),
    "mark_a_chat_read": ("seq",),
}
#: The parameters that name a chat or a message.
NAMING = {"userId", "botType", "seq"}


def _link(target: Operation, place: str) -> dict[str, Any]:
    name = target["operationId"]
    link: dict[str, Any] = {"operationId": name}
    parameters = {
        f"{parameter['in']}.{parameter['name']}": f"$response.body#{place}/{parameter['name']}"
        for parameter in target.get("parameters", ())
        if parameter["name"] in NAMING
    }
    if parameters:
        link["parameters"] = parameters
    if name in BODIES:
        link["description"] = "These keys of the body; what else it holds is the caller's to say."
        link["requestBody"] = {key: f"$response.body#{place}/{key}" for key in BODIES[name]}
    return link


def _linked(paths: dict[str, dict[str, Operation]]) -> dict[str, dict[str, Operation]]:
    operations = {one["operationId"]: one for methods in paths.values() for one in methods.values()}

    def with_links(one: Operation) -> Operation:
        source = SOURCES.get(one["operationId"])
        if source is None:
            return one
        links = {name: _link(operations[name], source.place) for name in source.followers}
        done = {
            status: {**one["responses"][status], "links": links}
            for status in ("200", "201")
            if status in one["responses"]
        }
        return {**one, "responses": {**one["responses"], **done}}

    return {path: {method: with_links(one) for method, one in methods.items()} for path, methods in paths.items()}


#: The endpoints, each with what can follow it.
LINKED_PATHS = _linked(PATHS)
