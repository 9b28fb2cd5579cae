SELECT operator_id, name, password_hash, session_version, disabled_at, role
FROM opchat.operator_of_token(%(token_hash)s, coalesce(%(now)s, clock_timestamp()))
