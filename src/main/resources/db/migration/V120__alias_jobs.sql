-- Pointing a name to a model that has to be loaded first is a job too.
ALTER TABLE job DROP CONSTRAINT job_kind_check;
ALTER TABLE job ADD CONSTRAINT job_kind_check CHECK (kind IN ('IMPORT', 'LOAD', 'UNLOAD', 'ALIAS'));
