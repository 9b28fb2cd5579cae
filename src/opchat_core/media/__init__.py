"""Files of messages: found by a message, fetched where they are not here, and opened for whoever may see them."""

from opchat_core.media.library import FETCHES, WAITING, MediaLibrary, OpenMedia
from opchat_core.media.temporary import TemporaryFiles
from opchat_core.media.types import STICKER
from opchat_core.model.bounds import MAX_DOWNLOAD

__all__ = ["FETCHES", "MAX_DOWNLOAD", "STICKER", "WAITING", "MediaLibrary", "OpenMedia", "TemporaryFiles"]
