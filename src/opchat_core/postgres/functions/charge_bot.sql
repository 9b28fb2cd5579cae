-- Takes p_leave answers from what the bot may send now, p_ahead of them on credit; whether there were so many. An album
-- that has more messages than can be saved up leaves when as many are saved up as can be. Nobody may send
-- while the bot is paused or waits; while answers do not get through, whoever comes first is the probe, and the others
-- wait for its result.
CREATE OR REPLACE FUNCTION opchat.charge_bot(
    p_bot_type text, p_ahead integer, p_leave integer, p_lease interval, p_pace opchat.pace, p_now timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO opchat.bots (bot_type) VALUES (p_bot_type) ON CONFLICT DO NOTHING;
    UPDATE opchat.bots SET ready_at = CASE
        WHEN failures > 0 THEN coalesce(p_now, clock_timestamp()) + p_lease
        ELSE opchat.ready_after(ready_at, coalesce(p_now, clock_timestamp()), p_pace.bot_count, p_pace.bot_every, p_leave) END
    WHERE bot_type = p_bot_type AND pause_reason IS NULL
        AND (waits_until IS NULL OR waits_until <= coalesce(p_now, clock_timestamp()))
        AND ready_at <= coalesce(p_now, clock_timestamp())
            + p_pace.bot_every * (p_ahead + 1 - least(p_leave, p_pace.bot_count + p_ahead));
    RETURN FOUND;
END
$$;
