SELECT message_text AS text, written_at, message_type, entities, media, payload, version AS number
FROM opchat.message_versions
WHERE user_id = %(user_id)s AND bot_type = %(bot_type)s AND seq = %(seq)s
ORDER BY written_at, version
