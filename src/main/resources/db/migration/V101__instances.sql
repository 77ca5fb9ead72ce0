-- The processes that work on this database. A row is a lease: who has none holds nothing, and what it held is settled by the others.
CREATE TABLE instance (
    id         uuid        PRIMARY KEY, -- a run of the service, or what it became after it had lost its lease
    home       uuid        NOT NULL,    -- the folder it works in: one run at a time does
    version    text        NOT NULL,
    address    text        NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    lease_end  timestamptz NOT NULL,
    models     jsonb       NOT NULL,    -- [{"id": …, "state": …}]
    aliases    jsonb       NOT NULL     -- {name: model}, as this process routes them
) WITH (fillfactor = 50);

ALTER TABLE job ADD COLUMN instance uuid;
ALTER TABLE job ADD COLUMN cancelled boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN job.instance IS 'the process that does it; a job whose process has no lease any more has failed';
COMMENT ON COLUMN job.cancelled IS 'whether its process is asked to end it';
