DELETE FROM opchat.api_tokens WHERE operator_id = %(operator_id)s AND token_id = %(token_id)s
RETURNING token_id, label, created_at, used_at, expires_at
