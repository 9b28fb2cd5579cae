"""How updates reach the bot: polling, and the setting of a webhook."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opchat_core.testing.simulator.state import Webhook
from opchat_core.testing.simulator.values import ApiError, Json

if TYPE_CHECKING:
    from opchat_core.testing.simulator.call import Call
    from opchat_core.testing.simulator.state import Bot, State

LONGEST_POLL = 50  # seconds
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def get_updates(state: State, bot: Bot, call: Call) -> list[Json]:
    """Return the updates that wait, or those that come within `timeout` seconds.

    While it waits the lock is free. A newer call, or `setWebhook`, ends the waiting.

    Raises:
        ApiError: 409, a webhook is active, or a newer call took over; 500, the simulator is stopping.
    """
    _refuse_with_webhook(bot)
    _remember_allowed_updates(bot, call)
    bot.polls += 1
    mine = bot.polls
    state.changed.notify_all()  # an older poll gives up
    limit = call.integer("limit", 100, 1, 100)
    deadline = time.monotonic() + call.integer("timeout", 0, 0, LONGEST_POLL)
    bot.updates.expire(state.clock())
    for update in bot.updates.confirm(call.integer("offset", 0)):
        bot.mark_confirmed(update.message)
        state.touch()
    while not bot.updates and (left := deadline - time.monotonic()) > 0:
        state.changed.wait(left)
        if state.stopping:
            raise ApiError(500, "Internal Server Error: restart")
        if bot.webhook is not None:
            raise ApiError(409, "Conflict: terminated by setWebhook request")
        if bot.polls != mine:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
    return [update.body for update in bot.updates.head(limit)]


def set_webhook(state: State, bot: Bot, call: Call) -> bool:
    """Send updates to a URL from now on; an empty one goes back to polling.

    Only `http://` on loopback is taken, as a Bot API server of one's own with `--local` would.

    Raises:
        ApiError: 400, another address, or a secret Telegram would not take.
    """
    url = call.text("url")
    if not url:
        return delete_webhook(state, bot, call)
    if not _is_loopback(url):
        raise ApiError(400, "Bad Request: bad webhook: the simulator delivers to http:// on loopback only")
    secret = call.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    _remember_allowed_updates(bot, call)
    if call.flag("drop_pending_updates"):
        bot.updates.drop()
    bot.webhook = Webhook(url, secret or None, call.integer("max_connections", 40, 1, 100))
    state.touch()
    return True


def delete_webhook(state: State, bot: Bot, call: Call) -> bool:
    """Go back to polling."""
    if call.flag("drop_pending_updates"):
        bot.updates.drop()
    bot.webhook = None
    state.touch()
    return True


def get_webhook_info(state: State, bot: Bot, _call: Call) -> Json:
    """Return where updates go, how many wait, and what went wrong last."""
    bot.updates.expire(state.clock())
    hook = bot.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
    }
    if hook:
        info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
        if hook.last_error_at is not None:
            info |= {
                "last_error_date": int(hook.last_error_at.timestamp()),
                "last_error_message": hook.last_error,
            }
    if bot.allowed_updates:
        info["allowed_updates"] = bot.allowed_updates
    return info


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        address = (parts.scheme, parts.hostname, parts.port)
    except ValueError:  # no address, or no port
        return False
    return address[0] == "http" and address[1] in LOOPBACK_NAMES and address[2] != 0


def _refuse_with_webhook(bot: Bot) -> None:
    if bot.webhook is not None:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )


def _remember_allowed_updates(bot: Bot, call: Call) -> None:
    # Not given: as before. An empty list: the usual kinds.
    allowed = call.json("allowed_updates")
    if isinstance(allowed, list):
        bot.allowed_updates = [kind for kind in allowed if isinstance(kind, str)]


METHODS = {
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
}
