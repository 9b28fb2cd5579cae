SELECT bot_type FROM opchat.user_data WHERE user_id = %(user_id)s ORDER BY bot_type
