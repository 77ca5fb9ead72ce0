-- A new model that gets a part of a name's requests, and what became of it.
CREATE TABLE canary (
    alias             text PRIMARY KEY REFERENCES alias ON DELETE CASCADE,
    model             text NOT NULL,
    backend           text,
    percent           integer NOT NULL CHECK (percent BETWEEN 1 AND 100),
    min_requests      bigint NOT NULL CHECK (min_requests > 0),
    max_error_rate    double precision NOT NULL CHECK (max_error_rate BETWEEN 0 AND 1),
    max_latency_ratio double precision NOT NULL CHECK (max_latency_ratio > 0),
    state             text NOT NULL CHECK (state IN ('RUNNING', 'PROMOTED', 'ROLLED_BACK')),
    reason            text NOT NULL,
    started_at        timestamptz NOT NULL,
    ended_at          timestamptz
);
COMMENT ON COLUMN canary.backend IS 'null: a local model';

CREATE TABLE canary_count (
    alias    text NOT NULL REFERENCES canary ON DELETE CASCADE,
    arm      text NOT NULL CHECK (arm IN ('STABLE', 'CANARY')),
    answers  bigint NOT NULL,
    errors   bigint NOT NULL,
    waits    bigint[] NOT NULL,
    PRIMARY KEY (alias, arm)
);
COMMENT ON COLUMN canary_count.waits IS 'answers by the time to their first token, in steps that each are a fifth longer than the one before';
