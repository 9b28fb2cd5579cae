SELECT token_id, label, created_at, used_at, expires_at FROM opchat.api_tokens
WHERE operator_id = %(operator_id)s
ORDER BY token_id
