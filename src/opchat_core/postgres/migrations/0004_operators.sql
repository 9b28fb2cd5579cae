-- People who answer, their tokens, and what all processes of one installation share.

CREATE TABLE opchat.operators (
    operator_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text NOT NULL UNIQUE,
    password_hash   text,
    session_version integer NOT NULL DEFAULT 1,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL
);

CREATE TABLE opchat.api_tokens (
    token_hash   bytea PRIMARY KEY,
    operator_id  bigint NOT NULL REFERENCES opchat.operators,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz
);

CREATE TABLE opchat.settings (
    name  text PRIMARY KEY,
    value text NOT NULL
);
