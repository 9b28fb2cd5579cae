"""What is sent without a file: texts, places, contacts, and signs of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opchat_core.testing.simulator.state import TYPING_LASTS
from opchat_core.testing.simulator.text import checked_entities, link_preview, message_text
from opchat_core.testing.simulator.values import ApiError, Json

from .chats import deliver, open_chat_user, recipient, refuse_parse_mode

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_FOREVER = 0x7FFFFFFF  # the live period of a location that is shared until it is stopped
_VENUE_FIELDS = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")


def send_message(state: State, bot: Bot, call: Call) -> Json:
    """Send a text and return the message as it was delivered: trimmed, as Telegram trims it.

    Raises:
        ApiError: 400 for an empty or too long text, an unknown chat, a missing message to reply to; 403 when blocked.
    """
    refuse_parse_mode(call)
    text, entities = message_text(call.text("text"), checked_entities(call.json("entities")))
    content: Json = {"text": text, **link_preview(call)}
    if entities:
        content["entities"] = entities
    return deliver(state, bot, recipient(state, bot, call), content)


def send_location(state: State, bot: Bot, call: Call) -> Json:
    """Send a place on the map, which moves if there is a `live_period`.

    Raises:
        ApiError: 400, no such place, or a period, a direction or a distance out of bounds.
    """
    return deliver(state, bot, recipient(state, bot, call), {"location": {**_place(call), **_life(call)}})


def send_venue(state: State, bot: Bot, call: Call) -> Json:
    """Send a place with a name and an address; the message has a `location`, too.

    Raises:
        ApiError: 400, no such place, or one without a name or an address.
    """
    place = _place(call)
    named = {name: _required(call, name) for name in ("title", "address")}
    told = {name: call.text(name) for name in _VENUE_FIELDS if call.text(name)}
    content = {"venue": {"location": place, **named, **told}, "location": place}
    return deliver(state, bot, recipient(state, bot, call), content)


def send_contact(state: State, bot: Bot, call: Call) -> Json:
    """Send a card of the address book.

    Raises:
        ApiError: 400, no number or no name.
    """
    card = {name: _required(call, name) for name in ("phone_number", "first_name")}
    card |= {name: call.text(name) for name in ("last_name", "vcard") if call.text(name)}
    return deliver(state, bot, recipient(state, bot, call), {"contact": card})


def send_chat_action(state: State, bot: Bot, call: Call) -> bool:
    """Show for five seconds that the bot is busy."""
    user = open_chat_user(state, bot, call)
    action = call.text("action").lower()
    if action not in _ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    bot.typing_until[user.id] = state.clock() + TYPING_LASTS
    bot.busy_with[user.id] = action
    state.touch()
    return True


def _place(call: Call) -> Json:
    place: Json = {}
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        if not call.text(name).strip():
            raise ApiError(400, f"Bad Request: {name} is empty")
        place[name] = call.number(name) or 0.0  # as the Bot API server reads what is no number
        if abs(place[name]) > limit:
            raise ApiError(400, "Bad Request: invalid location specified")
    if accuracy := call.number("horizontal_accuracy"):
        place["horizontal_accuracy"] = max(0.0, min(1500.0, accuracy))
    return place


def _life(call: Call) -> Json:
    period = call.integer("live_period", 0)
    if not period:
        return {}
    heading, radius = call.integer("heading", 0), call.integer("proximity_alert_radius", 0)
    for name, possible in (
        ("period", period == _FOREVER or 60 <= period <= 86400),
        ("heading", 0 <= heading <= 360),
        ("proximity alert radius", 0 <= radius <= 100_000),
    ):
        if not possible:
            raise ApiError(400, f"Bad Request: wrong live location {name} specified")
    told = {"live_period": period, "heading": heading, "proximity_alert_radius": radius}
    return {name: value for name, value in told.items() if value}


def _required(call: Call, name: str) -> str:
    if not call.text(name):
        raise ApiError(400, f'Bad Request: parameter "{name}" is required')
    return call.text(name)


METHODS = {
    "sendmessage": send_message,
    "sendlocation": send_location,
    "sendvenue": send_venue,
    "sendcontact": send_contact,
    "sendchataction": send_chat_action,
}
