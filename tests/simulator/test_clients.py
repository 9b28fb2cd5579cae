"""Two client libraries, unpatched: python-telegram-bot and aiogram find in the simulator what they find at Telegram."""

from __future__ import annotations

import asyncio
from io import BytesIO

import pytest
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher, types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile
from aiogram.types import Message as AiogramMessage
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

from opchat_core.testing.simulator import Simulator

ANNA = 42
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(autouse=True)
def anna(simulator: Simulator) -> None:
    """Anna has a phone in every story here."""
    simulator.user(ANNA, "Anna", "Petrova", "anna")


def ptb(simulator: Simulator, token: str | None = None) -> Bot:
    return Bot(
        token or simulator.token,
        base_url=f"{simulator.url}/bot",
        base_file_url=f"{simulator.url}/file/bot",
    )


def aiogram(simulator: Simulator, token: str | None = None) -> AiogramBot:
    server = TelegramAPIServer.from_base(simulator.url)
    return AiogramBot(token or simulator.token, session=AiohttpSession(api=server))


def test_ptb_receives_and_answers(simulator: Simulator) -> None:
    """Every kind of update parses, and the answer is on the phone."""
    simulator.send_text(ANNA, "/start")
    message_id = simulator.send_text(ANNA, "Hello")
    simulator.edit_text(ANNA, message_id, "Hello!")
    simulator.send_photo(ANNA, PNG, "look")
    simulator.send_file(ANNA, "voice", b"OggS", mime_type="audio/ogg")
    simulator.send_file(ANNA, "video_note", b"mp4")
    simulator.send_file(ANNA, "animation", b"GIF8")
    simulator.send_sticker(ANNA)
    simulator.send_location(ANNA, 59.9, 30.3)
    simulator.send_contact(ANNA, "+15550100", "Bob")
    simulator.send_dice(ANNA)
    simulator.block(ANNA)
    simulator.unblock(ANNA)

    async def story() -> None:
        async with ptb(simulator) as bot:
            assert bot.id == 110201543
            updates = await bot.get_updates(timeout=1)
            assert len(updates) == 13
            assert updates[0].message is not None
            assert updates[0].message.text == "/start"
            assert updates[2].edited_message is not None
            assert updates[11].my_chat_member is not None
            await bot.send_chat_action(ANNA, "typing")
            sent = await bot.send_message(ANNA, "Hi Anna", reply_to_message_id=message_id)
            assert sent.reply_to_message is not None
            await bot.edit_message_text("Hi Anna!", ANNA, sent.message_id)
            await bot.set_my_commands([("help", "Help")])
            assert (await bot.get_my_commands())[0].command == "help"
            assert (await bot.get_chat(ANNA)).username == "anna"
            assert await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0) == ()

    asyncio.run(story())
    assert [message.text for message in simulator.sent(ANNA)] == ["Hi Anna!"]
    assert {message.ticks for message in simulator.messages(ANNA)} == {2, None}


def test_ptb_moves_files(simulator: Simulator) -> None:
    """Uploads of each kind, an album, and a download."""

    async def story() -> None:
        async with ptb(simulator) as bot:
            document = await bot.send_document(ANNA, b"hello", filename="a.txt", caption="a file")
            await bot.send_photo(ANNA, PNG)
            await bot.send_video(ANNA, b"mp4")
            await bot.send_voice(ANNA, b"ogg")
            await bot.send_audio(ANNA, b"mp3")
            await bot.send_animation(ANNA, b"gif")
            await bot.send_video_note(ANNA, b"mp4")
            await bot.send_sticker(ANNA, b"webp")
            await bot.send_media_group(ANNA, [InputMediaPhoto(PNG), InputMediaPhoto(PNG, caption="two")])
            assert document.document is not None
            file = await bot.get_file(document.document.file_id)
            assert bytes(await file.download_as_bytearray()) == b"hello"

    asyncio.run(story())
    assert [message.kind for message in simulator.sent(ANNA)] == [
        "document",
        "photo",
        "video",
        "voice",
        "audio",
        "animation",
        "video_note",
        "sticker",
        "photo",
        "photo",
    ]


def test_ptb_sends_everything(simulator: Simulator) -> None:
    """Buttons, quotes, places, contacts; other files, reactions and ends for what is there."""
    asked = simulator.send_text(ANNA, "Do you deliver on Sundays?")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])

    async def story() -> None:
        async with ptb(simulator) as bot:
            quote = ReplyParameters(asked, quote="on Sundays")
            sent = await bot.send_message(
                ANNA,
                "We do.",
                reply_parameters=quote,
                reply_markup=keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            assert sent.quote is not None
            assert sent.quote.text == "on Sundays"
            assert sent.reply_markup == keyboard
            await bot.edit_message_reply_markup(ANNA, sent.message_id, reply_markup=None)
            await bot.set_message_reaction(ANNA, asked, "\U0001f44d")
            video = await bot.send_video(ANNA, b"mp4", width=640, height=360, duration=9, thumbnail=PNG)
            assert video.video is not None
            assert video.video.thumbnail is not None
            edited = await bot.edit_message_media(InputMediaDocument(b"pdf", filename="a.pdf"), ANNA, video.message_id)
            assert isinstance(edited, Message)
            assert edited.document is not None
            place = await bot.send_location(ANNA, 59.9, 30.3)
            venue = await bot.send_venue(ANNA, 59.9, 30.3, "Shop", "Nevsky 1")
            await bot.send_contact(ANNA, "+15550100", "Bob")
            assert await bot.delete_messages(ANNA, [place.message_id, venue.message_id])

    asyncio.run(story())
    assert [message.kind for message in simulator.messages(ANNA)] == ["text", "text", "document", "contact"]
    assert simulator.messages(ANNA)[0].bot_reactions == ("\U0001f44d",)


def test_ptb_understands_the_errors(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each becomes the exception it should."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as in its next version; else `retry_after` warns

    async def story() -> None:
        async with ptb(simulator) as bot:
            simulator.fail("sendMessage", "too_many_requests", retry_after=3)
            with pytest.raises(RetryAfter):
                await bot.send_message(ANNA, "x")
            for kind in ("server_error", "cut_before", "cut_after", "cut_midway"):
                simulator.fail("sendMessage", kind)
                with pytest.raises(NetworkError):
                    await bot.send_message(ANNA, kind)
            simulator.fail("sendMessage", "half_json")
            with pytest.raises(TelegramError, match="Invalid server response"):
                await bot.send_message(ANNA, "half_json")
            with pytest.raises(BadRequest, match="Chat not found"):
                await bot.send_message(4711, "x")
            simulator.block(ANNA)
            with pytest.raises(Forbidden):
                await bot.send_message(ANNA, "x")
            simulator.unblock(ANNA)
            await bot.get_updates(offset=-1, timeout=0)
            older = asyncio.create_task(bot.get_updates(offset=10**9, timeout=30))
            assert len(await older) == 1  # an offset from the future confirms nothing
        with pytest.raises(InvalidToken):
            async with ptb(simulator, "999:unknown"):
                pytest.fail("an unknown token was let in")

    asyncio.run(story())
    assert [message.text for message in simulator.sent(ANNA)] == ["cut_after", "cut_midway", "half_json"]


def test_two_ptb_pollers_conflict(simulator: Simulator) -> None:
    """The older one is told."""

    async def story() -> None:
        async with ptb(simulator) as first, ptb(simulator) as second:
            older = asyncio.create_task(first.get_updates(timeout=30))
            await asyncio.to_thread(simulator.wait_until, lambda: simulator.state.bot(None).polls == 1)
            newer = asyncio.create_task(second.get_updates(timeout=30))
            with pytest.raises(Conflict):
                await older
            simulator.send_text(ANNA, "Hello")
            assert len(await newer) == 1

    asyncio.run(story())


def test_a_ptb_application_polls(simulator: Simulator) -> None:
    """The library's own loop, from `initialize` to `shutdown`."""

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"You said {update.message.text}")

    async def story() -> None:
        application: Application = (  # type: ignore[type-arg] # six parameters that say nothing here
            ApplicationBuilder().bot(ptb(simulator)).build()
        )
        application.add_handler(MessageHandler(filters.TEXT, echo))
        async with application:
            assert application.updater is not None
            await application.updater.start_polling(timeout=5)
            await application.start()
            simulator.send_text(ANNA, "Hello")
            await asyncio.to_thread(simulator.wait_until, lambda: simulator.sent(ANNA))
            await application.updater.stop()
            await application.stop()

    asyncio.run(story())
    assert [message.text for message in simulator.sent(ANNA)] == ["You said Hello"]


def test_aiogram_receives_and_answers(simulator: Simulator) -> None:
    """A second library, written independently, agrees."""
    message_id = simulator.send_text(ANNA, "Hello")
    simulator.edit_text(ANNA, message_id, "Hello!")
    simulator.send_document(ANNA, b"from Anna", file_name="a.txt")
    simulator.block(ANNA)
    simulator.unblock(ANNA)

    async def story() -> None:
        async with aiogram(simulator) as bot:
            assert (await bot.get_me()).id == bot.id
            updates = await bot.get_updates(timeout=1)
            assert [update.event_type for update in updates] == [
                "message",
                "edited_message",
                "message",
                "my_chat_member",
                "my_chat_member",
            ]
            sent = await bot.send_message(ANNA, "Hi", reply_to_message_id=message_id)
            await bot.edit_message_text("Hi Anna", chat_id=ANNA, message_id=sent.message_id)
            await bot.send_chat_action(ANNA, "typing")
            assert (await bot.get_chat(ANNA)).first_name == "Anna"
            received = updates[2].message
            assert received is not None
            assert received.document is not None
            target = BytesIO()
            await bot.download(received.document.file_id, target)
            assert target.getvalue() == b"from Anna"
            upload = await bot.send_document(ANNA, BufferedInputFile(b"for Anna", "b.txt"))
            assert upload.document is not None
            assert upload.document.file_name == "b.txt"
            await bot.send_photo(ANNA, BufferedInputFile(PNG, "b.png"), caption="see")
            assert await bot.delete_message(ANNA, sent.message_id)

    asyncio.run(story())
    assert [(message.kind, message.deleted) for message in simulator.sent(ANNA)] == [
        ("text", True),
        ("document", False),
        ("photo", False),
    ]


def test_aiogram_sends_everything(simulator: Simulator) -> None:
    """The second library finds the same shapes."""
    asked = simulator.send_text(ANNA, "Do you deliver on Sundays?")
    keyboard = types.InlineKeyboardMarkup(
        inline_keyboard=[[types.InlineKeyboardButton(text="Yes", callback_data="yes")]]
    )

    async def story() -> None:
        async with aiogram(simulator) as bot:
            reply = types.ReplyParameters(message_id=asked, quote="Sundays")
            bold = types.MessageEntity(type="bold", offset=0, length=2)
            sent = await bot.send_message(
                ANNA, "We do.", entities=[bold], reply_parameters=reply, reply_markup=keyboard
            )
            assert sent.quote is not None
            assert [entity.type for entity in sent.entities or ()] == ["bold"]
            photo = types.InputMediaPhoto(media=BufferedInputFile(PNG, "a.png"), caption="one")
            album = await bot.send_media_group(ANNA, [photo, photo])
            assert [message.caption for message in album] == ["one", "one"]
            document = types.InputMediaDocument(media=BufferedInputFile(b"pdf", "a.pdf"))
            video = await bot.send_video(ANNA, BufferedInputFile(b"mp4", "a.mp4"), width=640, height=360)
            await bot.edit_message_media(document, chat_id=ANNA, message_id=video.message_id)
            await bot.set_message_reaction(ANNA, asked, [types.ReactionTypeEmoji(emoji="\U0001f44d")])
            await bot.send_venue(ANNA, 59.9, 30.3, "Shop", "Nevsky 1")
            await bot.send_contact(ANNA, "+15550100", "Bob")
            assert await bot.delete_messages(ANNA, [message.message_id for message in album])

    asyncio.run(story())
    assert [message.kind for message in simulator.messages(ANNA)] == ["text", "text", "document", "venue", "contact"]


def test_aiogram_understands_the_errors(simulator: Simulator) -> None:
    """Each becomes the exception it should."""

    async def story() -> None:
        async with aiogram(simulator) as bot:
            simulator.fail("sendMessage", "too_many_requests", retry_after=3)
            with pytest.raises(TelegramRetryAfter) as refused:
                await bot.send_message(ANNA, "x")
            assert refused.value.retry_after == 3
            simulator.fail("sendMessage", "cut_after")
            with pytest.raises(TelegramNetworkError):
                await bot.send_message(ANNA, "cut_after")
            with pytest.raises(TelegramBadRequest, match="chat not found"):
                await bot.send_message(4711, "x")
            simulator.block(ANNA)
            with pytest.raises(TelegramForbiddenError):
                await bot.send_message(ANNA, "x")
            await bot.set_webhook("http://127.0.0.1:9/")
            with pytest.raises(TelegramConflictError):
                await bot.get_updates()
            assert (await bot.get_webhook_info()).url == "http://127.0.0.1:9/"
            await bot.delete_webhook(drop_pending_updates=True)
        async with aiogram(simulator, "999:unknown") as stranger:
            with pytest.raises(TelegramUnauthorizedError):
                await stranger.get_me()

    asyncio.run(story())
    assert [message.text for message in simulator.sent(ANNA)] == ["cut_after"]


def test_an_aiogram_dispatcher_polls(simulator: Simulator) -> None:
    """The library's own loop."""

    async def story() -> None:
        dispatcher = Dispatcher()

        @dispatcher.message()
        async def echo(message: AiogramMessage) -> None:
            await message.answer(f"You said {message.text}")

        async with aiogram(simulator) as bot:
            polling = asyncio.create_task(
                dispatcher.start_polling(bot, polling_timeout=5, handle_signals=False, close_bot_session=False)
            )
            simulator.send_text(ANNA, "Hello")
            await asyncio.to_thread(simulator.wait_until, lambda: simulator.sent(ANNA))
            await dispatcher.stop_polling()
            await polling

    asyncio.run(story())
    assert [message.text for message in simulator.sent(ANNA)] == ["You said Hello"]
