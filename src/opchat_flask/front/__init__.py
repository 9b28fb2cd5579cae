"""What stands between granian and the app: requests in threads, event streams without, a short way for the bot."""

from opchat_flask.front.front import Front

__all__ = ["Front"]
