SELECT operator_id, name, password_hash, session_version, disabled_at, role
FROM opchat.operators
WHERE operator_id = %(operator_id)s
