-- Models that stay in memory whether they are asked or not.
ALTER TABLE model ADD COLUMN pinned boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN model.pinned IS 'neither silence nor others that need room take it out of memory';
