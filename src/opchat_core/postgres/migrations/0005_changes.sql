-- Hints that a chat changed, for live screens. The notification is what listeners wait for; the table serves those behind
-- a pooler in transaction mode, where LISTEN cannot work. It may be lost in a crash: the revision of each chat is the truth.

CREATE UNLOGGED TABLE opchat.changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload   text NOT NULL
);
