-- What was erased lately: answers to requests that ran meanwhile are not stored as responses.
CREATE TABLE content_erasure (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant     text        NOT NULL REFERENCES tenant ON DELETE CASCADE,
    request_id text,
    end_user   text,
    from_at    timestamptz,
    to_at      timestamptz,
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX content_erasure_by_time ON content_erasure (tenant, at);
COMMENT ON TABLE content_erasure IS 'the selection of each erasure; null: any';
