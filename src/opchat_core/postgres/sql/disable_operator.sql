UPDATE opchat.operators
SET disabled_at = coalesce(disabled_at, %(now)s, clock_timestamp()), session_version = session_version + 1
WHERE name = %(name)s
RETURNING operator_id, name, password_hash, session_version, disabled_at, role
