"""Every kind of message on its whole way in: the user's phone, the bot, the API, the database, and back to a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.end_to_end.conftest import ANNA, CONVERSATION
from tests.support.deadline import eventually

from opchat_core.testing.simulator import EXTERNAL_REPLY, FORWARD_ORIGINS
from opchat_core.testing.simulator.samples import SAMPLE_CONTENTS, SAMPLE_FILES

if TYPE_CHECKING:
    import httpx

    from opchat_core.testing.simulator import Simulator

#: What a sample is stored as, where that is not its own name, and something that its payload has to say.
STORED: dict[str, tuple[str, dict[str, Any]]] = {
    "animated_sticker": ("sticker", {"is_animated": True}),
    "video_sticker": ("sticker", {"is_video": True}),
    "audio": ("audio", {"title": "Kettle", "performer": "Samples"}),
    "live_location": ("location", {"live_period": 900}),
    "venue": ("venue", {"title": "The Blue Teapot"}),
    "contact": ("contact", {"phone_number": "+15550100"}),
    "poll": ("poll", {"question": "Which teapot?"}),
    "dice": ("dice", {"value": 6}),
    "story": ("story", {"id": 7}),
    "game": ("game", {"title": "Catch the teapot"}),
    "invoice": ("invoice", {"total_amount": 2400}),
    "successful_payment": ("payment", {"currency": "EUR", "refunded": False}),
    "refunded_payment": ("payment", {"currency": "XTR", "refunded": True}),
    **dict.fromkeys(("paid_media", "checklist", "gift", "unique_gift", "giveaway", "unknown"), ("unsupported", {})),
}


def stored(operator: httpx.Client, simulator: Simulator) -> list[dict[str, Any]]:
    """Wait until the bot has told of everything, and return the chat."""
    eventually(lambda: not simulator.pending_updates(), within=20, what="the end of the queue")
    messages: list[dict[str, Any]] = operator.get(CONVERSATION).json()["messages"]
    return messages


def test_every_kind_arrives(operator: httpx.Client, simulator: Simulator) -> None:
    """Each sample is a row of its type with its payload, and each file comes back to the screen byte by byte."""
    names = [*SAMPLE_FILES, *SAMPLE_CONTENTS]
    for name in names:
        simulator.send_sample(ANNA, name)
    messages = dict(zip(names, stored(operator, simulator), strict=True))
    for name, message in messages.items():
        kind, says = STORED.get(name, (name, {}))
        assert message["messageType"] == kind, name
        assert message["verified"] is True
        assert (message["payload"] or {}).items() >= says.items(), name
        if kind == "unsupported":
            assert next(iter(SAMPLE_CONTENTS[name])) in message["payload"]["message"]
    for name, file in SAMPLE_FILES.items():
        media = messages[name]["media"]
        assert media["fileSize"] == len(file.read())
        answer = operator.get(f"/api/media/{ANNA}/{messages[name]['seq']}")
        assert (answer.status_code, answer.content) == (200, file.read()), name
    assert (messages["photo"]["media"]["width"], messages["photo"]["media"]["height"]) == (960, 720)
    assert messages["voice"]["media"]["mimeType"] == "audio/ogg"


def test_what_is_around_a_message_arrives(operator: httpx.Client, simulator: Simulator) -> None:
    """Formatting, origins, quotes, albums, edits, a place that moves, and a reaction to the operator's answer."""
    asked = simulator.send_text(ANNA, "Is my #tea here? Order 1047")
    for origin in FORWARD_ORIGINS.values():
        simulator.send_text(ANNA, "from afar", forward_origin=origin)
    simulator.send_text(ANNA, "well?", reply_to=asked, quote="Order 1047")
    simulator.send_text(ANNA, "about that", external_reply=EXTERNAL_REPLY)
    photo = {"kind": "photo", "data": SAMPLE_FILES["photo"].read()}
    album = simulator.send_album(ANNA, [{**photo, "caption": "one"}, photo, {"kind": "video", "data": b"film"}])
    simulator.edit_caption(ANNA, album[0], "the first")
    simulator.edit_text(ANNA, asked, "Is my #tea here? Order 1048")
    place = simulator.send_location(ANNA, 59.9, 30.3, live_period=900)
    simulator.move_location(ANNA, place, 59.8, 30.2)
    messages = stored(operator, simulator)
    assert [entity["type"] for entity in messages[0]["entities"]] == ["hashtag"]
    assert (messages[0]["messageText"][-4:], messages[0]["editedAt"] is None) == ("1048", False)
    assert [one["context"]["forward_origin"]["type"] for one in messages[1:5]] == list(FORWARD_ORIGINS)
    assert messages[5]["replyTo"] == messages[0]["seq"]
    assert messages[5]["context"]["quote"]["text"] == "Order 1047"
    assert messages[6]["context"]["external_reply"]["origin"]["type"] == "channel"
    parts = messages[7:10]
    assert [part["messageType"] for part in parts] == ["photo", "photo", "video"]
    assert len({part["mediaGroupId"] for part in parts}) == 1
    assert parts[0]["messageText"] == "the first"
    assert messages[10]["payload"]["latitude"] == 59.8

    answer = operator.post(CONVERSATION, json={"messageText": "At nine."}).json()["message"]
    simulator.react(ANNA, answer["telegramMessageId"], "\N{THUMBS UP SIGN}")
    assert [one["emoji"] for one in stored(operator, simulator)[-1]["reactions"]["user"]] == ["\N{THUMBS UP SIGN}"]
