-- A chat with its user and its newest message: what list_chats, search_chats and find_chat read.
CREATE OR REPLACE VIEW opchat.chats AS
SELECT
    c.user_id AS chat_user_id,
    c.bot_type AS chat_bot_type,
    c.operator_chat_status AS chat_status,
    c.unread_count AS chat_unread_count,
    c.revision AS chat_revision,
    c.last_message_at AS chat_last_message_at,
    c.blocked_by_user AS chat_blocked_by_user,
    u.first_name,
    u.last_name,
    u.username,
    u.language_code,
    u.search_text,
    m.*
FROM opchat.user_data AS c
JOIN opchat.users AS u ON u.user_id = c.user_id
LEFT JOIN opchat.chat_messages AS m
    ON m.user_id = c.user_id AND m.bot_type = c.bot_type AND m.seq = c.last_seq;
