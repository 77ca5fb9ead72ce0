-- max_concurrent bounds answers, not requests: one request may ask for several.
ALTER TABLE reservation ADD COLUMN answers integer NOT NULL DEFAULT 1 CHECK (answers >= 1);
COMMENT ON COLUMN reservation.answers IS 'answers that are generated at the same time';
