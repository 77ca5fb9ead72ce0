-- Answers of /v1/responses, with what was asked, that their callers want stored: sealed with the tenant's own key, as contents are.
CREATE TABLE stored_response (
    tenant            text        NOT NULL REFERENCES content_policy ON DELETE CASCADE,
    id                text        NOT NULL,
    previous          text,
    request_id        text        NOT NULL,
    end_user          text,
    safety_identifier text,
    at                timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at        timestamptz NOT NULL,
    sealed            bytea       NOT NULL,
    bytes             integer     NOT NULL GENERATED ALWAYS AS (octet_length(sealed)) STORED,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX stored_response_by_size ON stored_response (tenant) INCLUDE (bytes);
CREATE INDEX stored_response_by_end ON stored_response (expires_at);
COMMENT ON COLUMN stored_response.previous IS 'the response that this one continues; it may be gone';
COMMENT ON COLUMN stored_response.sealed IS 'request and answer as JSON, sealed with the tenant''s key';
