"""The test's side: bots, faults, updates out of the ordinary, and what arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .faults import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from .state import State
    from .values import Json, LedgerEntry, SimMessage


class ScriptSide:
    """What a test arranges and looks at. `bot` is a bot's id; `None` means the first one, in `sent` every one."""

    state: State

    def add_bot(self, token: str, username: str | None = None, first_name: str | None = None) -> int:
        """Register another bot and return its id.

        Raises:
            ValueError: The token is malformed, or the bot is there already.
        """
        with self.state.changed:
            bot = self.state.add_bot(token, username, first_name)
            self.state.touch()
            return bot.id

    def fail(
        self,
        method: str,
        kind: str | FaultKind,
        *,
        times: int | None = 1,
        chat_id: int | None = None,
        seconds: float = 3600.0,
        retry_after: int = 1,
        status: int = 502,
        description: str | None = None,
    ) -> Fault:
        """Script a fault; several for one method strike one after the other.

        Args:
            method: A Bot API method, `file` for downloads, `*` for all.
            kind: One of `FaultKind`: `too_many_requests`, `forbidden`, `bad_request`, `unauthorized` answer with
                Telegram's envelope; `server_error` with an HTML page; `hang` and `cut_before` with nothing, and the
                call has no effect. With effect: `server_error_after`, `hang_after`, `cut_after`, `cut_midway`
                (half of the body promised), `half_json` (a whole response of broken JSON), `delay`.
            times: How often; `None`: until cleared.
            chat_id: Only for calls of this chat.
            seconds: Of `hang`, `hang_after` and `delay`.
            retry_after: Of `too_many_requests`.
            status: Of `server_error` and `server_error_after`.
            description: Instead of Telegram's usual words.

        Raises:
            ValueError: No such kind, or a number out of bounds.
        """
        fault = Fault(
            method,
            kind,
            times=times,
            chat_id=chat_id,
            seconds=seconds,
            retry_after=retry_after,
            status=status,
            description=description,
        )
        with self.state.changed:
            self.state.faults.add(fault)
            self.state.touch()
        return fault

    def faults(self) -> list[Fault]:
        """Return the faults still to come."""
        with self.state.changed:
            return list(self.state.faults)

    def clear_faults(self) -> None:
        """Forget the faults still to come, and end the calls that hang."""
        with self.state.changed:
            self.state.faults.clear()
            self.state.touch()

    def inject(self, update: Json, *, bot: int | None = None) -> int:
        """Queue an update verbatim, whatever a client makes of it, and return its number.

        Without `update_id` it gets the next one; with one, the count goes on from there. `allowed_updates` does not
        apply.

        Raises:
            ValueError: The number is no integer, or the update is over 64 KiB.
        """
        with self.state.changed:
            update_id = self.state.bot(bot).updates.add(update, now=self.state.clock())
            self.state.touch()
            return update_id

    def set_next_update_id(self, update_id: int, *, bot: int | None = None) -> None:
        """Let the numbers of updates go on from here, also from below: after a quiet week Telegram does so."""
        if type(update_id) is not int or update_id < 1:
            raise ValueError("an update id is a positive integer")
        with self.state.changed:
            self.state.bot(bot).updates.next_id = update_id

    def pending_updates(self, *, bot: int | None = None) -> int:
        """Return how many updates the bot has not confirmed."""
        with self.state.changed:
            return len(self.state.bot(bot).updates)

    def ledger(self, method: str | None = None) -> list[LedgerEntry]:
        """Return the calls that arrived, oldest first, of one method (without case) or of all.

        A `getUpdates` is entered when it ends, everything else when it is decided.
        """
        with self.state.changed:
            wanted = method.lower() if method is not None else None
            return [entry for entry in self.state.ledger if wanted in {None, entry.method.lower()}]

    def clear_ledger(self) -> None:
        """Forget the calls that arrived."""
        with self.state.changed:
            self.state.ledger.clear()
            self.state.touch()

    def sent(self, chat_id: int | None = None, *, bot: int | None = None) -> list[SimMessage]:
        """Return the messages that bots have sent, in the order of their ids, the deleted ones too.

        A message counts when it was accepted, whether or not the bot came to know.
        """
        with self.state.changed:
            bots = self.state.bots.values() if bot is None else [self.state.bot(bot)]
            found = [
                message
                for account in bots
                for chat, messages in account.chats.items()
                if chat_id in {None, chat}
                for message in messages.values()
                if message.outgoing
            ]
            return sorted(found, key=lambda message: message.message_id)

    def reset(self) -> None:
        """Forget users, messages, files, webhooks, faults and ledger. The bots stay; ids start again."""
        with self.state.changed:
            self.state.reset()

    def wait_until(self, condition: Callable[[], object], timeout: float = 5.0) -> None:
        """Return as soon as `condition` is true; it is looked at after every change in the simulator.

        It is called under the simulator's lock, so it should ask the simulator and nobody else: a call over HTTP to
        the simulator would wait for itself.

        Raises:
            TimeoutError: It is still false after `timeout` seconds of real time.
        """
        with self.state.changed:
            if not self.state.changed.wait_for(condition, timeout=timeout):
                raise TimeoutError(f"nothing of the kind within {timeout:g} s")
