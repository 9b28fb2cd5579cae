SELECT file_number FROM opchat.outgoing_files WHERE file_number = ANY(%(numbers)s::bigint[])
