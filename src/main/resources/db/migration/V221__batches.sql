-- Batches: requests of a file that nobody waits for. A line belongs to the process that runs it as long as that lives.
CREATE TABLE batch (
    tenant            text        NOT NULL REFERENCES content_policy ON DELETE CASCADE,
    id                text        NOT NULL,
    input_file        text        NOT NULL,
    endpoint          text        NOT NULL,
    completion_window text        NOT NULL,
    status            text        NOT NULL DEFAULT 'validating' CHECK (status IN
        ('validating', 'failed', 'in_progress', 'finalizing', 'completed', 'expired', 'cancelling', 'cancelled')),
    reached           jsonb       NOT NULL DEFAULT '{}',
    key_prefix        text        NOT NULL,
    address           text        NOT NULL,
    metadata          bytea,
    errors            bytea,
    at                timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at        timestamptz NOT NULL,
    output_seconds    bigint,
    output_file       text,
    error_file        text,
    total             integer     NOT NULL DEFAULT 0,
    completed         integer     NOT NULL DEFAULT 0,
    failed            integer     NOT NULL DEFAULT 0,
    instance          uuid,
    taken_at          timestamptz,
    paused_until      timestamptz,
    ended_at          timestamptz,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX batch_active ON batch (tenant, id) WHERE ended_at IS NULL;
CREATE INDEX batch_by_end ON batch (ended_at) WHERE ended_at IS NOT NULL;
COMMENT ON COLUMN batch.reached IS 'when it came to each status, in seconds';
COMMENT ON COLUMN batch.key_prefix IS 'the key whose rights each line has';
COMMENT ON COLUMN batch.metadata IS 'JSON, sealed with the tenant''s key; errors likewise';
COMMENT ON COLUMN batch.output_seconds IS 'how long the files live that it writes; null: as long as uploads';
COMMENT ON COLUMN batch.instance IS 'the process that reads the input, or writes the output';
COMMENT ON COLUMN batch.taken_at IS 'when a line of it was taken last: the others come before it';
COMMENT ON COLUMN batch.paused_until IS 'when lines of it may be asked again, after one was refused for a while';

CREATE TABLE batch_line (
    tenant   text     NOT NULL,
    batch    text     NOT NULL,
    line     integer  NOT NULL CHECK (line > 0),
    place    bigint   NOT NULL,
    length   integer  NOT NULL,
    state    text     NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'completed', 'failed')),
    instance uuid,
    attempts smallint NOT NULL DEFAULT 0,
    result   bytea,
    PRIMARY KEY (tenant, batch, line),
    FOREIGN KEY (tenant, batch) REFERENCES batch ON DELETE CASCADE
);
CREATE INDEX batch_line_open ON batch_line (tenant, batch, line) WHERE state IN ('pending', 'running');
COMMENT ON COLUMN batch_line.place IS 'of its first byte in the input file';
COMMENT ON COLUMN batch_line.attempts IS 'processes that have begun it';
COMMENT ON COLUMN batch_line.result IS 'what stands of it in the output or the error file, sealed with the tenant''s key';
