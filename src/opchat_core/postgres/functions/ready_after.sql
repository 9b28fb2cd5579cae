-- When the next one may leave after so many that leave now: the generic cell rate algorithm, which needs this moment and
-- nothing else. Whoever waited has saved up for p_count at once.
CREATE OR REPLACE FUNCTION opchat.ready_after(
    p_ready_at timestamptz, p_now timestamptz, p_count integer, p_every interval, p_leave integer
) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(p_ready_at, p_now - p_every * (p_count - 1)) + p_every * p_leave;
$$;
