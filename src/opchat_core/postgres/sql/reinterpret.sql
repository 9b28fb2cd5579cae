SELECT * FROM opchat.reinterpret(
    p_user_id => %(user_id)s, p_bot_type => %(bot_type)s, p_seq => %(seq)s, p_message_type => %(message_type)s,
    p_message_text => %(text)s, p_entities => %(entities)s, p_media => %(media)s, p_payload => %(payload)s,
    p_context => %(context)s, p_reply_to_telegram_message_id => %(reply_to_telegram_message_id)s,
    p_media_group_id => %(media_group_id)s
)
