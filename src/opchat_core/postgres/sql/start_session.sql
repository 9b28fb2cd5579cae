SELECT opchat.start_session(
    %(token_hash)s, %(operator_id)s, %(session_version)s, %(lifetime)s, coalesce(%(now)s, clock_timestamp())
)
