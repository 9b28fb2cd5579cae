SELECT change_id, payload FROM opchat.changes WHERE change_id > %(after)s ORDER BY change_id
