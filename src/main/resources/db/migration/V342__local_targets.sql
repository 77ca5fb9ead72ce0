-- A name may have several local models; until now, the table of names held the only one.
ALTER TABLE alias_target ADD COLUMN local_model text
    GENERATED ALWAYS AS (CASE WHEN backend IS NULL THEN model END) STORED REFERENCES model;
COMMENT ON COLUMN alias_target.local_model IS 'kept in memory, and so not deleted; null for a model of a backend';
ALTER TABLE alias DROP COLUMN model;
