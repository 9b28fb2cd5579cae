SELECT changed, colleagues FROM opchat.attend(
    %(user_id)s::bigint, %(bot_type)s, %(operator)s, %(presence)s, %(lasting)s, coalesce(%(now)s, clock_timestamp())
)
