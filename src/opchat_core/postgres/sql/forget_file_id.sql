DELETE FROM opchat.known_files
WHERE bot_type = %(bot_type)s
    AND fingerprint = (SELECT fingerprint FROM opchat.outgoing_files WHERE file_number = %(number)s)
