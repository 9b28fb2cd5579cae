INSERT INTO opchat.audit_log (at, actor, action, subject)
VALUES (coalesce(%(now)s, clock_timestamp()), %(actor)s, %(action)s, %(subject)s)
