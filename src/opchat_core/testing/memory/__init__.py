"""A store in memory that behaves as the one in PostgreSQL, for tests that need no database.

It computes what the tables keep ready (unread counts, counts of chats, when a chat is due), so the two can check each
other.
"""

from opchat_core.testing.memory.repository import InMemoryRepository

__all__ = ["InMemoryRepository"]
