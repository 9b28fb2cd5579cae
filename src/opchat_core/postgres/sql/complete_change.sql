SELECT * FROM opchat.complete_change(
    p_user_id => %(user_id)s::bigint, p_bot_type => %(bot_type)s, p_seq => %(seq)s::bigint,
    p_requested_at => %(requested_at)s, p_status => %(status)s, p_error_code => %(error_code)s,
    p_error_message => %(error_message)s, p_wait => %(wait)s, p_pause => %(pause)s, p_now => %(now)s
)
