"""A FastAPI application with opchat under /support: ``uvicorn fastapi_shop:app``."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI

from opchat_core import Config, connect_config
from opchat_flask import create_app

chat = connect_config(Config.from_env(os.environ))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Give the connections back at the end."""
    with chat:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{customer}/sent")
def announce(customer: int) -> str:  # no async: FastAPI runs it in a thread, for the chat waits for its database
    """Tell a customer that the order has left; what became of the answer."""
    answer = chat.reply(customer, "Your order has left.", operator="shop")
    return answer.delivery.status if answer.delivery else ""


app.mount("/support", WSGIMiddleware(create_app(chat), workers=64))  # an open dashboard holds one of them
