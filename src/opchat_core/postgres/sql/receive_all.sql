SELECT received.place, received.outcome, (received.message).*
FROM opchat.receive_all(%(messages)s::jsonb, %(now)s) AS received
