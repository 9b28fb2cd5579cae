WITH pruned AS (
    DELETE FROM opchat.audit_log WHERE at < coalesce(%(now)s, clock_timestamp()) - %(older_than)s RETURNING 1
)
SELECT count(*) FROM pruned
