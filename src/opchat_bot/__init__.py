"""The Telegram side of opchat: takes what users write to the API, and loses nothing on the way.

- :func:`run` is the whole bot in one call; :func:`run_polling` and :func:`run_webhook` are its parts for programs that
  have an event loop of their own.
- :func:`build_application` makes the python-telegram-bot Application, :func:`add_handlers` joins an existing one.
- :class:`Webhook` is the receiving end of a webhook for whoever serves it by another server.
"""

from opchat_bot.api_client import ApiClient
from opchat_bot.application import add_handlers, build_application
from opchat_bot.intake import Intake, SavedUpdate
from opchat_bot.runner import LISTEN, run, run_polling, run_webhook
from opchat_bot.webhook import SECRET_HEADER, Webhook, WebhookAnswer, webhook_secret

__all__ = [
    "LISTEN",
    "SECRET_HEADER",
    "ApiClient",
    "Intake",
    "SavedUpdate",
    "Webhook",
    "WebhookAnswer",
    "add_handlers",
    "build_application",
    "run",
    "run_polling",
    "run_webhook",
    "webhook_secret",
]
