"""``opchat export``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import click

from opchat_cli.examples import examples
from opchat_cli.output import USER_ID, to_json
from opchat_cli.settings import actor, read_settings
from opchat_core import OperatorChat, connect_config
from opchat_core.errors import UserNotFound
from opchat_core.model import Message, chat_to_json, message_to_json, user_to_json
from opchat_core.model.version import version_to_json


@click.command(
    epilog=examples(
        "opchat export 42 | jq -r 'select(.record == \"message\").messageText'", "opchat export 42 -o 42.jsonl"
    )
)
@click.argument("user_id", type=USER_ID)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8", lazy=True),
    default="-",
    help="A file in place of standard output.",
)
def command(user_id: int, output: IO[str]) -> None:
    """Write everything that is kept of a user as JSON Lines.

    Each line is an object with a `record`: first the `user`, then each `chat` followed by its `message`s, oldest
    first; a message that was edited, deleted or understood later is followed by its earlier `version`s.
    """
    with connect_config(read_settings()) as chat:
        encoding = getattr(output, "encoding", None) or "utf-8"
        for record in _records(chat, user_id):
            output.write(to_json(record, encoding=encoding) + "\n")


def _records(chat: OperatorChat, user_id: int) -> Iterator[dict[str, Any]]:
    bot_types = chat.bot_types(user_id)
    if not bot_types:
        raise UserNotFound(f"There is no chat with user {user_id}.")
    for place, bot_type in enumerate(bot_types):
        head = chat.chat(user_id, bot_type=bot_type)
        if place == 0:
            yield {"record": "user", **user_to_json(head.user)}
        yield {"record": "chat", **chat_to_json(head)}
        for message in chat.export(user_id, bot_type=bot_type, operator=actor()):
            yield {"record": "message", **message_to_json(message)}
            yield from _versions(chat, message)


def _versions(chat: OperatorChat, message: Message) -> Iterator[dict[str, Any]]:
    for version in chat.versions(message.key):
        key = {"userId": message.user_id, "botType": message.bot_type, "seq": message.seq}
        yield {"record": "version", **key, **version_to_json(version)}
