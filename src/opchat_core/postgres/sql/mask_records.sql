WITH chat AS (
    SELECT concat(%(bot_type)s::text, '/', %(user_id)s::bigint) AS place, concat(%(bot_type)s::text, '/erased') AS masked
)
UPDATE opchat.audit_log SET subject = replace(subject, chat.place, chat.masked) FROM chat
WHERE action <> 'forget'
    AND (subject = concat('chat:', chat.place) OR starts_with(subject, concat('message:', chat.place, '/')))
