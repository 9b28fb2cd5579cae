-- Hints that a chat changed, for live screens. The notification is what listeners wait for; the table serves those behind
-- a pooler in transaction mode, where LISTEN cannot work. It may be lost in a crash: the revision of each chat is the truth.

CREATE UNLOGGED TABLE opchat.changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payload   text NOT NULL
);

CREATE FUNCTION opchat.announce(p_payloads text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_last bigint;
BEGIN
    INSERT INTO opchat.changes (payload) SELECT unnest(p_payloads);
    SELECT max(change_id) INTO v_last FROM opchat.changes;
    DELETE FROM opchat.changes WHERE change_id <= v_last - 10000;
    PERFORM pg_notify('opchat', payload) FROM unnest(p_payloads) AS payload;
END
$$;
