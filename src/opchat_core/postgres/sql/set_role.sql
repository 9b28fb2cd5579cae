UPDATE opchat.operators SET role = %(role)s WHERE name = %(name)s
RETURNING operator_id, name, password_hash, session_version, disabled_at, role
