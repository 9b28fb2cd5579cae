SELECT json_build_array(
    (SELECT coalesce(max(version), 0) FROM opchat.schema_migrations),
    EXISTS (SELECT FROM opchat.schema_definitions WHERE digest = %(digest)s)
) AS schema
