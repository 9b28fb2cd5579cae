SELECT max(version) AS version FROM opchat.schema_migrations
