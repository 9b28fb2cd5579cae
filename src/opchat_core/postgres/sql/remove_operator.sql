WITH removed_tokens AS (
    DELETE FROM opchat.api_tokens
    WHERE operator_id = (SELECT operator_id FROM opchat.operators WHERE name = %(name)s)
)
DELETE FROM opchat.operators WHERE name = %(name)s
