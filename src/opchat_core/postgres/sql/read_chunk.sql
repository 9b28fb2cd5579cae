SELECT content FROM opchat.file_chunks WHERE file_number = %(number)s AND chunk = %(chunk)s
