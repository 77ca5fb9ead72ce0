-- Jobs that go on after a restart of the process that did them, and models that are pulled.
ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CONSTRAINT job_kind_check CHECK (kind IN ('IMPORT', 'LOAD', 'UNLOAD', 'ALIAS', 'PULL'));
ALTER TABLE job
    ADD COLUMN task     jsonb,
    ADD COLUMN home     uuid,
    ADD COLUMN attempts integer NOT NULL DEFAULT 1,
    ADD COLUMN told_at  timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN job.task IS 'what it does, so that it can be done again; null: a job that fails when its process ends';
COMMENT ON COLUMN job.home IS 'the folder whose process can do it: its files lie there';
COMMENT ON COLUMN job.attempts IS 'processes that have begun it';
COMMENT ON COLUMN job.told_at IS 'when its process last told of it';
