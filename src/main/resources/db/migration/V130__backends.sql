-- Engines elsewhere that speak OpenAI's chat completions, and names that point to models in several places.
CREATE TABLE backend (
    name             text PRIMARY KEY,
    base_url         text NOT NULL,
    api_key          text,
    api_key_env      text,
    api_key_file     text,
    timeout_ms       integer NOT NULL CHECK (timeout_ms > 0),
    idle_timeout_ms  integer NOT NULL CHECK (idle_timeout_ms > 0),
    max_concurrent   integer NOT NULL CHECK (max_concurrent > 0),
    max_tokens_field text NOT NULL CHECK (max_tokens_field IN ('max_tokens', 'max_completion_tokens')),
    created_at       timestamptz NOT NULL,
    CHECK (num_nonnulls(api_key, api_key_env, api_key_file) <= 1)
);
COMMENT ON COLUMN backend.api_key_env IS 'the environment variable of each process that has the key';
COMMENT ON COLUMN backend.api_key_file IS 'the file in the folder of backend keys that has it';

CREATE TABLE backend_model (
    backend  text NOT NULL REFERENCES backend ON DELETE CASCADE,
    id       text NOT NULL,
    upstream text NOT NULL,
    PRIMARY KEY (backend, id)
);
COMMENT ON COLUMN backend_model.id IS 'the name that users ask';
COMMENT ON COLUMN backend_model.upstream IS 'the name that the backend knows';

ALTER TABLE alias ALTER COLUMN model DROP NOT NULL;
COMMENT ON COLUMN alias.model IS 'the local model among its targets, which it keeps in memory; null if there is none';

CREATE TABLE alias_target (
    alias    text NOT NULL REFERENCES alias ON DELETE CASCADE,
    position integer NOT NULL,
    model    text NOT NULL,
    backend  text REFERENCES backend,
    weight   integer NOT NULL CHECK (weight > 0),
    rank     integer NOT NULL,
    PRIMARY KEY (alias, position)
);
COMMENT ON COLUMN alias_target.backend IS 'null: a local model';
COMMENT ON COLUMN alias_target.rank IS 'the lowest is asked first; of equal ones each gets requests by its weight';

INSERT INTO alias_target (alias, position, model, weight, rank) SELECT name, 0, model, 1, 0 FROM alias;
