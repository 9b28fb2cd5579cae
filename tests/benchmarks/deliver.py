"""A program that sends what is queued and ends, or posts as much by httpx alone; it prints how long it took.

Its arguments: the database, the Bot API, the token, and for httpx alone how many messages to whom.
"""

from __future__ import annotations

import sys
from threading import Event, Thread
from time import perf_counter

import httpx
from tests.support.stores import OPERATOR, UNHURRIED, postgres_store

from opchat_core.delivery import Courier
from opchat_core.telegram import TelegramSender


def deliver(url: str, api: str, token: str) -> None:
    """Send what is queued."""
    sender = TelegramSender(token, api)
    stop = Event()
    with postgres_store(url) as store:
        courier = Courier(store, {OPERATOR: sender}, pace=UNHURRIED)
        worker = Thread(target=courier.run, args=(stop,))
        worker.start()
        while store.next_due(OPERATOR) is not None:
            stop.wait(0.02)
        stop.set()
        worker.join()
    sender.close()


def post(api: str, token: str, count: int, user_id: int) -> None:
    """Send as many messages, one after the other."""
    with httpx.Client() as client:
        for number in range(count):
            answer = client.post(f"{api}/bot{token}/sendMessage", json={"chat_id": user_id, "text": f"answer {number}"})
            answer.raise_for_status()


if __name__ == "__main__":
    url, api, token, *bare = sys.argv[1:]
    begin = perf_counter()
    if bare:
        post(api, token, int(bare[0]), int(bare[1]))
    else:
        deliver(url, api, token)
    sys.stdout.write(str(perf_counter() - begin))
