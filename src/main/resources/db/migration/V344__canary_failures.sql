-- Whose answers failed: one tenant alone does not have a canary rolled back.
ALTER TABLE canary_count ADD COLUMN failures jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN canary_count.failures IS 'the errors of each tenant that was answered, by its id; those counted by earlier versions are missing';
