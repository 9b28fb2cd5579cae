-- Two bots with one token report in turn, and only one of them may just have been told of the conflict: the row keeps
-- when that was last. Ages are measured on the clock of the database.
INSERT INTO opchat.bot_reports AS known (
    bot_type, seen_at, mode, pending_updates, oldest_unsaved_at, conflict_since, conflict_at
) VALUES (
    %(bot_type)s, coalesce(%(now)s, clock_timestamp()), %(mode)s, %(pending_updates)s, %(oldest_unsaved_at)s,
    CASE WHEN %(conflict)s THEN coalesce(%(now)s, clock_timestamp()) END,
    CASE WHEN %(conflict)s THEN coalesce(%(now)s, clock_timestamp()) END
)
ON CONFLICT (bot_type) DO UPDATE SET
    seen_at = excluded.seen_at,
    mode = excluded.mode,
    pending_updates = excluded.pending_updates,
    oldest_unsaved_at = excluded.oldest_unsaved_at,
    conflict_since = CASE
        WHEN excluded.conflict_at IS NULL OR known.conflict_at > excluded.seen_at - %(conflict_lasts)s
            THEN known.conflict_since
        ELSE excluded.conflict_since END,
    conflict_at = coalesce(excluded.conflict_at, known.conflict_at)
