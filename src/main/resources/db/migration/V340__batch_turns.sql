-- Whose turn it is, by tenant: also after the batches of its last turns have ended, and apart for files and for lines.
CREATE TABLE batch_turn (
    tenant  text PRIMARY KEY REFERENCES content_policy ON DELETE CASCADE,
    file_at timestamptz,
    line_at timestamptz
) WITH (fillfactor = 50);
COMMENT ON COLUMN batch_turn.file_at IS 'when the file of a batch was taken last, to be read';
COMMENT ON COLUMN batch_turn.line_at IS 'when a line of a batch was taken last';

INSERT INTO batch_turn SELECT tenant, max(taken_at), max(taken_at) FROM batch GROUP BY tenant;
