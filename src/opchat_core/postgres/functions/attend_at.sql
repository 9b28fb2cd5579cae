-- When a worker must look at a chat: its head answer is due and the chat's pace lets it leave, or the lease on it runs out.
-- What is under way is the head, also when a person has queued an older one meanwhile.
CREATE OR REPLACE FUNCTION opchat.attend_at(p_user_id bigint, p_bot_type text, p_ready_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE delivery_status WHEN 'queued' THEN greatest(next_attempt_at, p_ready_at) ELSE lease_until END
    FROM opchat.chat_messages
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND delivery_status IN ('queued', 'sending')
    ORDER BY delivery_status = 'sending' DESC, seq LIMIT 1;
$$;
