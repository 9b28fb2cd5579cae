-- Tells that chats changed: the notification is for those who listen, the table for those who look.
CREATE OR REPLACE FUNCTION opchat.announce(p_payloads text[]) RETURNS void
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
