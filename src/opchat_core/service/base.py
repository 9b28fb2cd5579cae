"""What the parts of an operator chat share."""

from __future__ import annotations

from opchat_core.config import Config
from opchat_core.delivery import Courier
from opchat_core.errors import UserNotFound
from opchat_core.media import MediaLibrary
from opchat_core.model import Chat
from opchat_core.ports import ChangeFeed, Store


class Base:
    """Holds the store, the way to Telegram, the files, the feed and the settings."""

    def __init__(self, store: Store, courier: Courier, feed: ChangeFeed, config: Config, media: MediaLibrary) -> None:
        self._store = store
        self._feed = feed
        self.config = config
        self.courier = courier
        self.hooks = courier.hooks
        self.media = media


def found(chat: Chat | None) -> Chat:
    """Insist on a chat.

    Raises:
        UserNotFound: If there is none.
    """
    if chat is None:
        raise UserNotFound("There is no chat with this user.")
    return chat
