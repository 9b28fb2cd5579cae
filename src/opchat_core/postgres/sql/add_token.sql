INSERT INTO opchat.api_tokens (token_hash, operator_id, label, created_at, expires_at)
VALUES (%(token_hash)s, %(operator_id)s, %(label)s, coalesce(%(now)s, clock_timestamp()), %(expires_at)s)
RETURNING token_id
