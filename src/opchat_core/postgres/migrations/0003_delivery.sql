-- How answers leave: queued in the chat's order, taken under a lease, settled by a result that names its attempt.

-- When a worker must look at a chat: its head answer is due and the chat's pace lets it leave, or the lease on it runs out.
-- What is under way is the head, also when a person has queued an older one meanwhile.
CREATE FUNCTION opchat.attend_at(p_user_id bigint, p_bot_type text, p_ready_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE delivery_status WHEN 'queued' THEN greatest(next_attempt_at, p_ready_at) ELSE lease_until END
    FROM opchat.chat_messages
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND delivery_status IN ('queued', 'sending')
    ORDER BY delivery_status = 'sending' DESC, seq LIMIT 1;
$$;

-- What Telegram lets a chat and a bot send: so many at once, and one more each time.
CREATE TYPE opchat.pace AS (chat_count integer, chat_every interval, bot_count integer, bot_every interval);

-- When the next one may leave after one that leaves now: the generic cell rate algorithm, which needs this moment and
-- nothing else. Whoever waited has saved up for p_count at once.
CREATE FUNCTION opchat.ready_after(
    p_ready_at timestamptz, p_now timestamptz, p_count integer, p_every interval
) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(p_ready_at, p_now - p_every * (p_count - 1)) + p_every;
$$;

-- Stores an answer, in as many messages as it has parts. The outcome is one of
--   queued     new rows
--   duplicate  the same client_message_id was here before: its rows, nothing changed
--   answered   a colleague has answered since p_last_seen_seq: the newer messages, nothing changed
--   no_chat    there is no such chat
--   no_reply   there is no message p_reply_to
CREATE FUNCTION opchat.queue_answer(
    p_user_id bigint, p_bot_type text, p_parts text[], p_operator text, p_client_message_id text,
    p_reply_to bigint, p_last_seen_seq bigint, p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_part text;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'no_chat';
        RETURN NEXT;
        RETURN;
    END IF;
    IF p_client_message_id IS NOT NULL THEN
        outcome := 'duplicate';
        FOR message IN
            SELECT m.* FROM opchat.chat_messages AS m
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.client_message_id = p_client_message_id
            ORDER BY m.seq
        LOOP
            RETURN NEXT;
        END LOOP;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF p_last_seen_seq IS NOT NULL AND EXISTS (
        SELECT FROM opchat.chat_messages AS m
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq > p_last_seen_seq
            AND m.direction = 'out' AND m.operator IS DISTINCT FROM p_operator
    ) THEN
        outcome := 'answered';
        FOR message IN
            SELECT m.* FROM opchat.chat_messages AS m
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq > p_last_seen_seq
            ORDER BY m.seq
        LOOP
            RETURN NEXT;
        END LOOP;
        RETURN;
    END IF;
    IF p_reply_to IS NOT NULL AND NOT EXISTS (
        SELECT FROM opchat.chat_messages AS m
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_reply_to
    ) THEN
        outcome := 'no_reply';
        RETURN NEXT;
        RETURN;
    END IF;

    outcome := 'queued';
    FOREACH v_part IN ARRAY p_parts LOOP
        v_chat.last_seq := v_chat.last_seq + 1;
        v_chat.revision := v_chat.revision + 1;
        INSERT INTO opchat.chat_messages (
            user_id, bot_type, seq, direction, verified, message_type, message_text, reply_to, created_at,
            operator, client_message_id, revision, delivery_status, queued_at, next_attempt_at
        ) VALUES (
            p_user_id, p_bot_type, v_chat.last_seq, 'out', true, 'text', v_part, p_reply_to, v_now,
            p_operator, p_client_message_id, v_chat.revision, 'queued', v_now, v_now
        ) RETURNING * INTO message;
        RETURN NEXT;
        p_reply_to := NULL; -- only the first part quotes
    END LOOP;
    UPDATE opchat.user_data SET
        last_seq = v_chat.last_seq,
        revision = v_chat.revision,
        last_message_at = greatest(v_chat.last_message_at, v_now),
        attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at)
    WHERE user_id = p_user_id AND bot_type = p_bot_type;
END
$$;

-- Looks at chats that are due, or at one chat. In each: a lease that ran out leaves its answer in doubt, answers that
-- waited too long fail, and the head of the queue is taken if it is due and the bot may send. Returns every message that
-- changed; those under way ('sending') are the caller's to send before the lease runs out.
--
-- Locks are taken in one order, here and in complete: the chat, then the bot. Whoever holds a bot waits for nobody.
CREATE FUNCTION opchat.claim(
    p_bot_type text, p_user_id bigint, p_limit integer, p_lease interval, p_max_age interval, p_pace opchat.pace,
    p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_may_send boolean;
BEGIN
    IF p_user_id IS NOT NULL THEN
        SELECT * INTO v_chat FROM opchat.user_data
        WHERE user_id = p_user_id AND bot_type = p_bot_type AND attend_at <= v_now
        FOR UPDATE;
        IF FOUND THEN
            -- Somebody looks at the screen: two answers may run ahead of the pace, whatever waits in other chats.
            RETURN QUERY SELECT * FROM opchat.claim_in(v_chat, 2, p_lease, p_max_age, p_pace, p_now);
        END IF;
        RETURN;
    END IF;
    v_may_send := NOT EXISTS (
        SELECT FROM opchat.bots WHERE bot_type = p_bot_type AND (pause_reason IS NOT NULL OR ready_at > v_now)
    );
    FOR v_chat IN
        SELECT * FROM opchat.user_data
        WHERE v_may_send AND bot_type = p_bot_type AND attend_at <= v_now
        ORDER BY attend_at LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    LOOP
        RETURN QUERY SELECT * FROM opchat.claim_in(v_chat, 0, p_lease, p_max_age, p_pace, p_now);
    END LOOP;
    FOR v_chat IN -- leases run out all the same
        SELECT c.* FROM opchat.chat_messages AS m
        JOIN opchat.user_data AS c ON c.user_id = m.user_id AND c.bot_type = m.bot_type
        WHERE NOT v_may_send AND m.bot_type = p_bot_type AND m.delivery_status = 'sending' AND m.lease_until <= v_now
        ORDER BY m.lease_until LIMIT p_limit
        FOR UPDATE OF c SKIP LOCKED
    LOOP
        RETURN QUERY SELECT * FROM opchat.claim_in(v_chat, 0, p_lease, p_max_age, p_pace, p_now);
    END LOOP;
END
$$;

-- The inside of claim, for one chat whose row the caller has locked.
CREATE FUNCTION opchat.claim_in(
    p_chat opchat.user_data, p_ahead integer, p_lease interval, p_max_age interval, p_pace opchat.pace, p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_revision bigint := p_chat.revision;
    v_ready_at timestamptz := p_chat.ready_at;
    v_message opchat.chat_messages;
BEGIN
    FOR v_message IN
        SELECT * FROM opchat.chat_messages
        WHERE user_id = p_chat.user_id AND bot_type = p_chat.bot_type AND delivery_status IN ('queued', 'sending')
            AND (lease_until <= v_now OR queued_at <= v_now - p_max_age AND delivery_status = 'queued')
        ORDER BY seq
    LOOP
        v_revision := v_revision + 1;
        RETURN QUERY
            UPDATE opchat.chat_messages SET
                delivery_status = CASE delivery_status WHEN 'sending' THEN 'unknown' ELSE 'failed' END,
                error_code = CASE delivery_status WHEN 'sending' THEN 'lease_expired' ELSE 'expired' END,
                error_message = CASE delivery_status
                    WHEN 'sending' THEN 'The process that was sending it stopped before it knew the result.'
                    ELSE 'It waited too long to be sent.' END,
                lease_until = NULL, next_attempt_at = NULL, revision = v_revision
            WHERE user_id = v_message.user_id AND bot_type = v_message.bot_type AND seq = v_message.seq
            RETURNING *;
    END LOOP;

    SELECT * INTO v_message FROM opchat.chat_messages
    WHERE user_id = p_chat.user_id AND bot_type = p_chat.bot_type AND delivery_status IN ('queued', 'sending')
    ORDER BY delivery_status = 'sending' DESC, seq LIMIT 1;
    IF v_message.delivery_status = 'queued' AND greatest(v_message.next_attempt_at, v_ready_at) <= v_now THEN
        IF opchat.charge_bot(p_chat.bot_type, p_ahead, p_lease, p_pace, p_now) THEN
            v_revision := v_revision + 1;
            v_ready_at := opchat.ready_after(v_ready_at, v_now, p_pace.chat_count, p_pace.chat_every);
            RETURN QUERY
                UPDATE opchat.chat_messages SET
                    delivery_status = 'sending', attempts = attempts + 1, lease_until = v_now + p_lease,
                    next_attempt_at = NULL, revision = v_revision
                WHERE user_id = v_message.user_id AND bot_type = v_message.bot_type AND seq = v_message.seq
                RETURNING *;
        END IF;
    END IF;
    UPDATE opchat.user_data SET
        revision = v_revision,
        ready_at = v_ready_at,
        attend_at = opchat.attend_at(p_chat.user_id, p_chat.bot_type, v_ready_at)
    WHERE user_id = p_chat.user_id AND bot_type = p_chat.bot_type;
END
$$;

-- Takes one answer from what the bot may send now, p_ahead of them on credit; whether there was one. Nobody may send
-- while the bot is paused or waits; while answers do not get through, whoever comes first is the probe, and the others
-- wait for its result.
CREATE FUNCTION opchat.charge_bot(
    p_bot_type text, p_ahead integer, p_lease interval, p_pace opchat.pace, p_now timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO opchat.bots (bot_type) VALUES (p_bot_type) ON CONFLICT DO NOTHING;
    UPDATE opchat.bots SET ready_at = CASE
        WHEN failures > 0 THEN coalesce(p_now, clock_timestamp()) + p_lease
        ELSE opchat.ready_after(ready_at, coalesce(p_now, clock_timestamp()), p_pace.bot_count, p_pace.bot_every) END
    WHERE bot_type = p_bot_type AND pause_reason IS NULL
        AND (waits_until IS NULL OR waits_until <= coalesce(p_now, clock_timestamp()))
        AND ready_at <= coalesce(p_now, clock_timestamp()) + p_pace.bot_every * p_ahead;
    RETURN FOUND;
END
$$;

-- Stores the result of an attempt, if it is still the attempt under way: the number of the attempt is the fence that a
-- worker who comes back after its lease cannot pass. Returns the message, or nothing behind the fence.
CREATE FUNCTION opchat.complete(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_attempt integer,
    p_status text, p_telegram_message_id bigint, p_error_code text, p_error_message text,
    p_wait interval, p_pause boolean, p_now timestamptz
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
    v_message opchat.chat_messages;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    UPDATE opchat.chat_messages SET
        delivery_status = p_status,
        telegram_message_id = coalesce(p_telegram_message_id, telegram_message_id),
        error_code = p_error_code,
        error_message = p_error_message,
        next_attempt_at = CASE p_status WHEN 'queued' THEN v_now + p_wait END,
        lease_until = NULL,
        revision = v_chat.revision + 1
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq = p_seq
        AND delivery_status = 'sending' AND attempts = p_attempt
    RETURNING * INTO v_message;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE opchat.user_data SET
        revision = v_chat.revision + 1,
        attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at),
        blocked_by_user = CASE
            WHEN p_error_code = 'blocked_by_user' THEN true
            WHEN p_status = 'sent' THEN false
            ELSE blocked_by_user END
    WHERE user_id = p_user_id AND bot_type = p_bot_type;
    IF p_pause THEN
        UPDATE opchat.bots SET paused_at = v_now, pause_reason = p_error_message
        WHERE bot_type = p_bot_type AND pause_reason IS NULL;
    END IF;
    PERFORM opchat.learn(p_bot_type, p_user_id, p_error_code, p_wait, v_now);
    RETURN NEXT v_message;
END
$$;

-- Learns from a result what holds for the bot as a whole.
--
-- An answer that did not get through may be the misfortune of one connection: from then on one at a time is tried. A
-- second in a row means Telegram: the bot waits 1, 2, 4, 8 and so on seconds, at most 30. What was under way at the same
-- time and fails, too, tells nothing new.
--
-- A 429 is about a chat, which waits by itself. If a second chat gets one while the first still waits, it is about the bot.
CREATE FUNCTION opchat.learn(
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

-- Settles a failed or doubtful answer by a person's word: 'queued' tries it again, 'sent' or 'failed' ends the doubt.
-- Returns the message; nothing when there is none; and the message unchanged when it is in no such state.
CREATE FUNCTION opchat.settle(
    p_user_id bigint, p_bot_type text, p_seq bigint, p_status text, p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_chat opchat.user_data;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    UPDATE opchat.chat_messages AS m SET
        delivery_status = p_status,
        error_code = CASE p_status WHEN 'failed' THEN m.error_code END,
        error_message = CASE p_status WHEN 'failed' THEN m.error_message END,
        queued_at = CASE p_status WHEN 'queued' THEN v_now ELSE m.queued_at END,
        next_attempt_at = CASE p_status WHEN 'queued' THEN v_now END,
        revision = v_chat.revision + 1
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq AND (
        m.delivery_status = 'unknown' OR m.delivery_status = 'failed' AND p_status = 'queued'
    )
    RETURNING m.* INTO message;
    IF FOUND THEN
        outcome := 'settled';
        UPDATE opchat.user_data SET
            revision = v_chat.revision + 1, attend_at = opchat.attend_at(p_user_id, p_bot_type, ready_at)
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
        RETURN NEXT;
        RETURN;
    END IF;
    outcome := 'unfit';
    SELECT * INTO message FROM opchat.chat_messages AS m
    WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = p_seq;
    IF FOUND THEN
        RETURN NEXT;
    END IF;
END
$$;
