-- Moves the counters of open and closed chats, of which each bot has sixteen, so that writers seldom meet at one.
CREATE OR REPLACE FUNCTION opchat.count_chat(p_bot_type text, p_user_id bigint, p_open integer, p_closed integer) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO opchat.chat_counts AS n (bot_type, shard, open_count, closed_count)
    VALUES (p_bot_type, p_user_id % 16, p_open, p_closed)
    ON CONFLICT (bot_type, shard) DO UPDATE
        SET open_count = n.open_count + p_open, closed_count = n.closed_count + p_closed;
$$;
