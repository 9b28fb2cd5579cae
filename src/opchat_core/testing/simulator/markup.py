"""Buttons under a message: `reply_markup`.

The words of refusal are those of `Client::get_reply_markup` in tdlib/telegram-bot-api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import ApiError, Json

if TYPE_CHECKING:
    from .call import Call

DATA_LIMIT = 64
"""Bytes of `callback_data`."""

_ACTIONS = (
    "url",
    "callback_data",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
    "web_app",
    "copy_text",
)


def inline_keyboard(call: Call) -> Json | None:
    """Return the inline keyboard that a call puts under a message, if it does.

    Keyboards that replace the user's own one are taken and forgotten, as they are in no `Message` object either.

    Raises:
        ApiError: 400, it is no markup that Telegram could show.
    """
    markup = call.json("reply_markup", called="reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise ApiError(400, "Bad Request: object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list):
        raise ApiError(400, 'Bad Request: field "inline_keyboard" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            words = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
            raise ApiError(400, f"Bad Request: {words}")
        for button in row:
            _check_button(button)
    return {"inline_keyboard": rows} if any(rows) else None


def button_data(keyboard: Json) -> list[str]:
    """Return the `callback_data` of all buttons that have some."""
    return [
        button["callback_data"] for row in keyboard["inline_keyboard"] for button in row if "callback_data" in button
    ]


def _check_button(button: object) -> None:
    start = "Bad Request: can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise ApiError(400, f"{start}InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise ApiError(400, f'{start}can\'t find field "text"')
    if all(button.get(action) in (None, "") for action in _ACTIONS):
        raise ApiError(400, f"{start}text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > DATA_LIMIT:
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
