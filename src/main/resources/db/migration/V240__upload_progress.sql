-- A file that is being written is left over only if nothing is added to it any more, however long the whole takes.
ALTER TABLE stored_file ADD COLUMN written_at timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN stored_file.written_at IS 'when its last piece so far was written';
