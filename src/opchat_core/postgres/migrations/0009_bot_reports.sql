-- What bots say of themselves every half minute, so that whoever looks after the installation hears of it.

CREATE TABLE opchat.bot_reports (
    bot_type          text PRIMARY KEY,
    seen_at           timestamptz NOT NULL,
    mode              text NOT NULL CHECK (mode IN ('polling', 'webhook')),
    pending_updates   bigint,
    oldest_unsaved_at timestamptz,
    -- When Telegram last told one of two bots with the same token of the other, and since when it has done so.
    conflict_since    timestamptz,
    conflict_at       timestamptz
) WITH (fillfactor = 50); -- room for the next version of a row beside it
