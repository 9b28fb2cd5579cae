SELECT at, actor, action, subject FROM opchat.audit_log ORDER BY audit_id DESC LIMIT %(limit)s
