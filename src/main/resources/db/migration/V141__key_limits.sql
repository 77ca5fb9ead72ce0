-- From where and how often a key may be used, and whether the trail has said that it expires soon.
ALTER TABLE api_key
    ADD COLUMN requests_per_minute integer CHECK (requests_per_minute >= 1),
    ADD COLUMN addresses           text[] NOT NULL DEFAULT '{}',
    ADD COLUMN replaced            boolean NOT NULL DEFAULT false, -- by rotation: it ends, and another one goes on
    ADD COLUMN reminded_at         timestamptz;
CREATE INDEX api_key_by_expiry ON api_key (expires_at) WHERE revoked_at IS NULL;

-- One bucket for each key with a limit of requests. Nothing is lost with it but the last minute's count, so it isn't written ahead.
CREATE UNLOGGED TABLE request_bucket (
    key_prefix text        PRIMARY KEY REFERENCES api_key ON DELETE CASCADE,
    empty_at   timestamptz NOT NULL
);
