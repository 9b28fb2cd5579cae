"""Every kind of answer on its whole way out: the operator's request, the database, the sender, the user's phone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import ANNA, CONVERSATION
from tests.support.deadline import eventually

from opchat_core.testing.simulator.samples import SAMPLE_FILES

if TYPE_CHECKING:
    import httpx

    from opchat_core.testing.simulator import Simulator

TYPES = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "document": "application/pdf",
}


def part(name: str) -> tuple[str, tuple[str, bytes, str]]:
    """A file of a form."""
    file = SAMPLE_FILES[name]
    return "file", (file.file_name, file.read(), TYPES[name])


def answer(operator: httpx.Client, names: list[str], **fields: Any) -> list[dict[str, Any]]:
    """Send files, wait until Telegram has them, and return the messages of the answer."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    sent = operator.post(CONVERSATION, data=form, files=[part(name) for name in names])
    assert sent.status_code == 201, sent.text
    seqs = [message["seq"] for message in sent.json()["messages"]]

    def told() -> list[dict[str, Any]]:
        messages = operator.get(CONVERSATION).json()["messages"]
        return [message for message in messages if message["seq"] in seqs]

    eventually(lambda: {one["delivery"]["status"] for one in told()} == {"sent"}, within=20, what="delivery")
    return told()


def ask(simulator: Simulator, text: str) -> int:
    """Let Anna write, and wait until the bot has told of it."""
    asked = simulator.send_text(ANNA, text)
    eventually(lambda: not simulator.pending_updates(), within=20, what="the question")
    return asked


def test_every_kind_of_file_leaves(operator: httpx.Client, simulator: Simulator) -> None:
    """Each as what it is, alone or in an album; one known to Telegram needs no upload, one too large never leaves."""
    asked = ask(simulator, "What does it look like?")
    for name in TYPES:
        (message,) = answer(operator, [name], messageText=f"a {name}", **{"as": name})
        assert message["messageType"] == name
        shown = simulator.messages(ANNA)[-1]
        assert (shown.kind, shown.text) == (name, f"a {name}")
        content = shown.body[name][-1] if name == "photo" else shown.body[name]
        assert content["file_size"] == len(SAMPLE_FILES[name].read())
        file = operator.get(f"/api/media/{ANNA}/{message['seq']}")
        assert file.content == SAMPLE_FILES[name].read(), name
    quote = {"text": "look like"}
    (message,) = answer(operator, ["photo"], messageText="so", replyTo="1", quote=quote)
    shown = simulator.messages(ANNA)[-1]
    assert shown.body["reply_to_message"]["message_id"] == asked
    assert shown.body["quote"]["text"] == "look like"
    uploads = [entry.params["photo"] for entry in simulator.ledger("sendPhoto")]
    assert [isinstance(photo, dict) for photo in uploads] == [True, False]

    messages = answer(operator, ["photo", "video", "document", "document"], messageText="all of it")
    albums = [message["mediaGroupId"] for message in messages]
    assert albums[0] == albums[1] != albums[2] == albums[3]
    shown_last = simulator.messages(ANNA)[-4:]
    assert [one.kind for one in shown_last] == ["photo", "video", "document", "document"]
    assert shown_last[0].text == "all of it"
    assert len({one.body["media_group_id"] for one in shown_last}) == 2
    assert [message["telegramMessageId"] for message in messages] == [one.message_id for one in shown_last]

    photo = ("big.jpg", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "image/jpeg")
    refused = operator.post(CONVERSATION, data={"as": "photo"}, files={"file": photo})
    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    assert len(simulator.messages(ANNA)) == len(TYPES) + 6


def test_texts_are_formatted_changed_and_taken_back(operator: httpx.Client, simulator: Simulator) -> None:
    """Entities and buttons arrive; an edit, a reaction and a deletion happen on the phone, too."""
    asked = ask(simulator, "Is it blue?")
    body = {
        "messageText": "It is blue.",
        "entities": [{"type": "bold", "offset": 6, "length": 4}],
        "buttons": [[{"text": "Thanks"}, {"text": "Shop", "url": "https://shop.example"}]],
    }
    seq = operator.post(CONVERSATION, json=body).json()["message"]["seq"]
    shown = simulator.messages(ANNA)[-1]
    assert shown.body["entities"] == body["entities"]
    simulator.press(ANNA, shown.message_id, "Thanks")
    eventually(lambda: not simulator.pending_updates(), within=20, what="the button")
    assert simulator.notice(ANNA) is not None
    messages = operator.get(CONVERSATION).json()["messages"]
    assert (messages[-1]["messageType"], messages[-1]["messageText"]) == ("button", "Thanks")

    edit = {"messageText": "It is red.", "entities": []}
    assert operator.patch(f"{CONVERSATION}/{seq}", json=edit).status_code == 200
    eventually(lambda: simulator.sent(ANNA)[-1].text == "It is red.", what="the edit")
    heart = "\N{HEAVY BLACK HEART}"
    assert operator.put(f"{CONVERSATION}/1/reaction", json={"emoji": heart}).status_code == 200
    question = next(one for one in simulator.messages(ANNA) if one.message_id == asked)
    assert question.bot_reactions == (heart,)
    assert operator.delete(f"{CONVERSATION}/{seq}").status_code == 200
    eventually(lambda: simulator.sent(ANNA)[-1].deleted, what="the deletion")
