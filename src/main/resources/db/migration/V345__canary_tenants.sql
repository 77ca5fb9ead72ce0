-- How many answers a tenant's errors are among: only beside enough good answers of others are they taken for its own.
ALTER TABLE canary_count ADD COLUMN tenants jsonb NOT NULL DEFAULT '{}', DROP COLUMN failures;
COMMENT ON COLUMN canary_count.tenants IS 'on the canary''s side, the answers and errors of each tenant that was answered, by its id; those counted by earlier versions are missing';
