DELETE FROM opchat.rate_limits WHERE key = %(key)s
