SELECT * FROM opchat.complete(
    p_user_id => %(user_id)s::bigint, p_bot_type => %(bot_type)s, p_seq => %(seq)s::bigint, p_created_at => %(created_at)s,
    p_attempt => %(attempt)s,
    p_status => %(status)s, p_telegram_message_id => %(telegram_message_id)s::bigint, p_media => %(media)s, p_error_code => %(error_code)s,
    p_error_message => %(error_message)s, p_wait => %(wait)s, p_pause => %(pause)s, p_learns => %(learns)s, p_now => %(now)s
)
