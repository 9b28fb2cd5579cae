SELECT settled.outcome, (settled.message).*
FROM opchat.settle(%(user_id)s::bigint, %(bot_type)s, %(seq)s::bigint, %(status)s, %(now)s) AS settled
