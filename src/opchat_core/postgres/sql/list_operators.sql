SELECT operator_id, name, password_hash, session_version, disabled_at, role FROM opchat.operators ORDER BY name
