SELECT * FROM opchat.claim_changes(
    p_bot_type => %(bot_type)s, p_user_id => %(user_id)s::bigint, p_seq => %(seq)s::bigint, p_limit => %(limit)s,
    p_lease => %(lease)s, p_now => %(now)s
)
