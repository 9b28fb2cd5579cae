DELETE FROM opchat.api_tokens WHERE token_hash = %(token_hash)s
