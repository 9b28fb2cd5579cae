UPDATE opchat.operators SET session_version = session_version + 1
WHERE operator_id = %(operator_id)s AND session_version = %(session_version)s AND disabled_at IS NULL
RETURNING operator_id, name, password_hash, session_version, disabled_at, role
