SELECT requested.outcome, (requested.message).*
FROM opchat.request_change(
    p_user_id => %(user_id)s::bigint, p_bot_type => %(bot_type)s, p_seq => %(seq)s::bigint, p_action => %(action)s,
    p_text => %(text)s, p_entities => %(entities)s, p_emoji => %(emoji)s, p_operator => %(operator)s,
    p_window => %(window)s, p_now => %(now)s
) AS requested
