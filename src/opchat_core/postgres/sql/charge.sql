SELECT opchat.charge(
    %(keys)s::bytea[], %(every)s::interval[], %(per)s::interval[], coalesce(%(now)s, clock_timestamp())
) AS wait
