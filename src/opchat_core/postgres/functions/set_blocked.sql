-- Records whether the user has blocked the bot; false when there is no chat.
CREATE OR REPLACE FUNCTION opchat.set_blocked(p_user_id bigint, p_bot_type text, p_blocked boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE opchat.user_data SET blocked_by_user = p_blocked, revision = revision + 1
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND blocked_by_user <> p_blocked;
    RETURN EXISTS (SELECT FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type);
END
$$;
