SELECT reacted.outcome, (reacted.message).*
FROM opchat.react(
    p_user_id => %(user_id)s, p_bot_type => %(bot_type)s, p_telegram_message_id => %(telegram_message_id)s,
    p_reactions => %(reactions)s, p_reacted_at => %(reacted_at)s, p_now => %(now)s
) AS reacted
