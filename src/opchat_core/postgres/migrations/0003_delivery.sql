-- How answers leave: queued in the chat's order, taken under a lease, settled by a result that names its attempt.

-- What Telegram lets a chat and a bot send: so many at once, and one more each time.
CREATE TYPE opchat.pace AS (chat_count integer, chat_every interval, bot_count integer, bot_every interval);

-- What all processes have to know about sending through a bot.
CREATE TABLE opchat.bots (
    bot_type        text PRIMARY KEY,
    -- When Telegram's limit of a bot lets the next answer leave.
    ready_at        timestamptz NOT NULL DEFAULT '-infinity',
    -- Until when the bot as a whole waits, for it is Telegram that is away or asks for patience, not one chat.
    waits_until     timestamptz,
    wait_reason     text,
    -- How many answers in a row did not get through. While there are any, one answer at a time is tried.
    failures        integer NOT NULL DEFAULT 0,
    -- The chat that Telegram asked to wait last; a second one at the same time means the bot.
    limited_user_id bigint,
    limited_until   timestamptz,
    -- Telegram refused the token.
    paused_at       timestamptz,
    pause_reason    text
);
