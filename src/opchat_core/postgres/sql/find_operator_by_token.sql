SELECT o.operator_id, o.name, o.password_hash, o.session_version, o.disabled_at
FROM opchat.api_tokens AS t
JOIN opchat.operators AS o USING (operator_id)
WHERE t.token_hash = %(token_hash)s
    AND (t.expires_at IS NULL OR t.expires_at > coalesce(%(now)s, clock_timestamp()))
    AND o.disabled_at IS NULL
