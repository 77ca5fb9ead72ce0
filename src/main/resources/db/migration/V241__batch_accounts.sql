-- What batches used, how much one may write, and how often its files could not be read or written.
ALTER TABLE batch_line
    ADD COLUMN input_tokens     bigint NOT NULL DEFAULT 0,
    ADD COLUMN cached_tokens    bigint NOT NULL DEFAULT 0,
    ADD COLUMN output_tokens    bigint NOT NULL DEFAULT 0,
    ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN batch_line.result IS 'what stands of it in the output or the error file, sealed with the tenant''s key; null of a line that failed: it can''t be read';

ALTER TABLE batch
    ADD COLUMN input_tokens     bigint,
    ADD COLUMN cached_tokens    bigint,
    ADD COLUMN output_tokens    bigint,
    ADD COLUMN reasoning_tokens bigint,
    ADD COLUMN result_bytes     bigint NOT NULL DEFAULT 0,
    ADD COLUMN max_result_bytes bigint NOT NULL DEFAULT 9223372036854775807,
    ADD COLUMN failures         integer NOT NULL DEFAULT 0;
ALTER TABLE batch
    ALTER COLUMN input_tokens SET DEFAULT 0,
    ALTER COLUMN cached_tokens SET DEFAULT 0,
    ALTER COLUMN output_tokens SET DEFAULT 0,
    ALTER COLUMN reasoning_tokens SET DEFAULT 0;
COMMENT ON COLUMN batch.input_tokens IS 'of all lines that were answered; null where it was not counted';
COMMENT ON COLUMN batch.output_seconds IS 'how long the files live that it writes; null: as long as ended batches';
COMMENT ON COLUMN batch.result_bytes IS 'of the results of its lines; no line is begun once there are max_result_bytes';
COMMENT ON COLUMN batch.failures IS 'how often its files could not be read or written for a reason that is not known to pass';
