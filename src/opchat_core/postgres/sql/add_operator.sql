INSERT INTO opchat.operators (name, password_hash, role, created_at)
VALUES (%(name)s, %(password_hash)s, %(role)s, coalesce(%(now)s, clock_timestamp()))
ON CONFLICT (name) DO NOTHING
RETURNING operator_id, name, password_hash, session_version, disabled_at, role
