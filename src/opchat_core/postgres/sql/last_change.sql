SELECT coalesce(max(change_id), 0) AS change_id FROM opchat.changes
