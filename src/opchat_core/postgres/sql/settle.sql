SELECT settled.outcome, (settled.message).*
FROM opchat.settle(%(user_id)s, %(bot_type)s, %(seq)s, %(status)s, %(now)s) AS settled
