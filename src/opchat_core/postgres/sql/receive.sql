SELECT received.outcome, (received.message).*
FROM opchat.receive(
    p_user_id => %(user_id)s, p_bot_type => %(bot_type)s, p_direction => %(direction)s, p_verified => %(verified)s,
    p_operator => %(operator)s, p_message_type => %(message_type)s, p_message_text => %(text)s,
    p_entities => %(entities)s, p_media => %(media)s, p_payload => %(payload)s,
    p_telegram_message_id => %(telegram_message_id)s, p_update_id => %(update_id)s,
    p_reply_to_telegram_message_id => %(reply_to_telegram_message_id)s,
    p_media_group_id => %(media_group_id)s, p_created_at => %(created_at)s, p_edited => %(edited)s,
    p_first_name => %(first_name)s, p_last_name => %(last_name)s, p_username => %(username)s,
    p_language_code => %(language_code)s, p_folded_first_name => %(folded_first_name)s,
    p_folded_last_name => %(folded_last_name)s, p_folded_username => %(folded_username)s,
    p_reopen_within => %(reopen_within)s, p_now => %(now)s, p_context => %(context)s
) AS received
