-- Its successor takes more.
DROP FUNCTION IF EXISTS opchat.complete(
    bigint, text, bigint, integer, text, bigint, jsonb, text, text, interval, boolean, boolean, timestamptz
);
