DELETE FROM opchat.sessions AS s USING opchat.operators AS o
WHERE s.token_hash = %(token_hash)s AND o.operator_id = s.operator_id
RETURNING o.operator_id, o.name, o.password_hash, o.session_version, o.disabled_at, o.role
