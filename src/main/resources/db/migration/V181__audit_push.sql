-- How far the trail was sent to each place that the configuration names, and which process sends.
CREATE TABLE audit_push (
    target     text        PRIMARY KEY,
    seq        bigint      NOT NULL,
    holder     uuid        NOT NULL,
    held_until timestamptz NOT NULL
);
COMMENT ON COLUMN audit_push.seq IS 'the last entry that was taken there';
