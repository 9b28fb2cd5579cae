SELECT queued.outcome, (queued.message).*
FROM opchat.queue_answer(
    p_user_id => %(user_id)s::bigint, p_bot_type => %(bot_type)s, p_pieces => %(pieces)s, p_operator => %(operator)s,
    p_client_message_id => %(client_message_id)s, p_reply_to => %(reply_to)s::bigint,
    p_last_seen_seq => %(last_seen_seq)s::bigint, p_now => %(now)s
) AS queued
