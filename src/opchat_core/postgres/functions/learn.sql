-- Learns from a result what holds for the bot as a whole.
--
-- An answer that did not get through may be the misfortune of one connection: from then on one at a time is tried. A
-- second in a row means Telegram: the bot waits 1, 2, 4, 8 and so on seconds, at most 30. What was under way at the same
-- time and fails, too, tells nothing new.
--
-- A file that is not kept any more says nothing of Telegram, which was not asked: the next answer is tried instead.
--
-- A 429 is about a chat, which waits by itself. If a second chat gets one while the first still waits, it is about the bot.
CREATE OR REPLACE FUNCTION opchat.learn(
    p_bot_type text, p_user_id bigint, p_error_code text, p_wait interval, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_backoff interval;
BEGIN
    IF p_error_code IN ('unreachable', 'answer_lost') THEN
        SELECT CASE failures WHEN 0 THEN interval '0' ELSE least(interval '1 s' * 2 ^ least(failures - 1, 5), '30 s') END
        INTO v_backoff
        FROM opchat.bots WHERE bot_type = p_bot_type FOR UPDATE;
        UPDATE opchat.bots SET
            failures = failures + 1, waits_until = p_now + v_backoff, ready_at = p_now + v_backoff,
            wait_reason = p_error_code
        WHERE bot_type = p_bot_type AND (waits_until IS NULL OR waits_until <= p_now);
        RETURN;
    END IF;
    IF p_error_code = 'file_gone' THEN
        UPDATE opchat.bots SET ready_at = greatest(p_now, waits_until) WHERE bot_type = p_bot_type AND failures > 0;
        RETURN;
    END IF;
    UPDATE opchat.bots SET
        failures = 0,
        waits_until = CASE wait_reason WHEN 'rate_limited' THEN waits_until END,
        ready_at = greatest(p_now, CASE wait_reason WHEN 'rate_limited' THEN waits_until END)
    WHERE bot_type = p_bot_type AND failures > 0;
    IF p_error_code = 'rate_limited' THEN
        -- Two chats may be refused at the same moment: the second one has to see the first.
        PERFORM FROM opchat.bots WHERE bot_type = p_bot_type FOR UPDATE;
        UPDATE opchat.bots SET
            waits_until = greatest(waits_until, p_now + p_wait),
            ready_at = greatest(ready_at, p_now + p_wait),
            wait_reason = p_error_code
        WHERE bot_type = p_bot_type AND limited_until > p_now AND limited_user_id <> p_user_id;
        UPDATE opchat.bots SET limited_user_id = p_user_id, limited_until = p_now + p_wait
        WHERE bot_type = p_bot_type;
    END IF;
END
$$;
