SELECT operator_id, name, password_hash, session_version, disabled_at FROM opchat.operators ORDER BY name
