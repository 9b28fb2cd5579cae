INSERT INTO opchat.api_tokens (token_hash, operator_id, created_at, expires_at)
VALUES (%(token_hash)s, %(operator_id)s, coalesce(%(now)s, clock_timestamp()), %(expires_at)s)
