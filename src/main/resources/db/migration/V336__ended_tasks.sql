-- The task of a job is needed until the job ends. The URL of a source may be a key to it.
UPDATE job SET task = NULL WHERE state NOT IN ('QUEUED', 'RUNNING') AND task IS NOT NULL;
