SELECT (
    SELECT file_number FROM opchat.outgoing_files
    WHERE user_id = %(user_id)s AND bot_type = %(bot_type)s AND seq = %(seq)s
) AS file_number
