-- Chats as they would be after some years: {chats} of them, {each} messages each, and one with {heavy}.
-- Everything that opchat promises about its tables holds: summaries, counters, numbers without gaps.
SET synchronous_commit = off;

INSERT INTO opchat.users (
    user_id, first_name, last_name, username, folded_first_name, folded_last_name, folded_username, verified, created_at
)
SELECT n, names[1][1 + n % 8], surnames[1][1 + n % 6] || suffix, 'user_' || to_hex(n),
    names[2][1 + n % 8], surnames[2][1 + n % 6] || suffix, 'user_' || to_hex(n), true, now()
FROM generate_series(1, {chats}) AS n, LATERAL (SELECT (n / 48) % 1000 AS suffix) AS s, (
    SELECT -- as written and as folded
        ARRAY[ARRAY['Anna', 'Ben', 'Carl', 'Dina', 'Анна', 'Борис', 'Вера', 'Дмитрий'],
            ARRAY['anna', 'ben', 'carl', 'dina', 'анна', 'борис', 'вера', 'дмитрий']] AS names,
        ARRAY[ARRAY['Meyer', 'Petrov', 'Silva', 'Tanaka', 'Иванова', 'Смирнов'],
            ARRAY['meyer', 'petrov', 'silva', 'tanaka', 'иванова', 'смирнов']] AS surnames
) AS people;

INSERT INTO opchat.user_data (
    user_id, bot_type, operator_chat_status, closed_at, last_seq, read_seq, unread_count, revision, last_message_at
)
SELECT n, 'operator', CASE n % 4 WHEN 0 THEN 'open' ELSE 'closed' END,
    CASE n % 4 WHEN 0 THEN NULL ELSE '2026-01-01Z'::timestamptz + n * interval '1 second' END,
    seqs, CASE n % 4 WHEN 0 THEN 0 ELSE seqs END, CASE n % 4 WHEN 0 THEN seqs - seqs / 5 ELSE 0 END, seqs,
    '2026-01-01Z'::timestamptz + n * interval '1 second'
FROM generate_series(1, {chats}) AS n, LATERAL (SELECT CASE n WHEN 4 THEN {heavy} ELSE {each} END AS seqs) AS size;

INSERT INTO opchat.chat_counts (bot_type, shard, open_count, closed_count)
SELECT bot_type, user_id % 16, count(*) FILTER (WHERE operator_chat_status = 'open'),
    count(*) FILTER (WHERE operator_chat_status = 'closed')
FROM opchat.user_data GROUP BY 1, 2;

INSERT INTO opchat.chat_messages (
    user_id, bot_type, seq, direction, verified, message_type, message_text, telegram_message_id, created_at, revision,
    operator, delivery_status, attempts
)
SELECT n, 'operator', seq, CASE seq % 5 WHEN 0 THEN 'out' ELSE 'in' END, true, 'text',
    'Where is my order? It was promised for Monday, and I wait for it since then.', n * 1000000::bigint + seq,
    '2026-01-01Z'::timestamptz + n * interval '1 second' - (size.seqs - seq) * interval '1 minute', seq,
    CASE seq % 5 WHEN 0 THEN 'olga' END, CASE seq % 5 WHEN 0 THEN 'sent' END, CASE seq % 5 WHEN 0 THEN 1 ELSE 0 END
FROM generate_series(1, {chats}) AS n, LATERAL (SELECT CASE n WHEN 4 THEN {heavy} ELSE {each} END AS seqs) AS size,
    generate_series(1, size.seqs) AS seq;
