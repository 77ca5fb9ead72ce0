-- Models on disk, the names they answer to, and the jobs that bring and load them.

CREATE TABLE model (
    id             text PRIMARY KEY,
    sha256         text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    architecture   text NOT NULL,
    format         text NOT NULL,
    bytes          bigint NOT NULL,
    context_length integer NOT NULL,
    wanted         text NOT NULL CHECK (wanted IN ('NO', 'BY_ALIAS', 'BY_OPERATOR')),
    created_at     timestamptz NOT NULL
);
COMMENT ON COLUMN model.wanted IS 'whether the model is to be in memory, also after a restart, and who asked for that';

CREATE TABLE alias (
    name       text PRIMARY KEY,
    model      text NOT NULL REFERENCES model,
    created_at timestamptz NOT NULL
);

CREATE TABLE job (
    id          text PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('IMPORT', 'LOAD', 'UNLOAD')),
    model       text NOT NULL,
    state       text NOT NULL CHECK (state IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    progress    double precision NOT NULL,
    message     text NOT NULL,
    error       text,
    created_at  timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX job_by_time ON job (created_at DESC, id DESC);
