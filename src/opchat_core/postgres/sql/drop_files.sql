DELETE FROM opchat.outgoing_files WHERE file_number = ANY(%(numbers)s::bigint[]) AND seq IS NULL RETURNING file_number
