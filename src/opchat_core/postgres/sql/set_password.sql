UPDATE opchat.operators SET password_hash = %(password_hash)s, session_version = session_version + 1
WHERE name = %(name)s
RETURNING operator_id, name, password_hash, session_version, disabled_at, role
