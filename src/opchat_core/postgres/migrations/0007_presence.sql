-- Which operators look at a chat or type in it. Not logged: it is true for seconds only, and a crash may empty it.

CREATE UNLOGGED TABLE opchat.presence (
    user_id    bigint NOT NULL,
    bot_type   text NOT NULL,
    operator   text NOT NULL,
    presence   text NOT NULL CHECK (presence IN ('viewing', 'typing')),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, bot_type, operator),
    FOREIGN KEY (user_id, bot_type) REFERENCES opchat.user_data ON DELETE CASCADE
) WITH (fillfactor = 50); -- room for the next version of a row beside it
