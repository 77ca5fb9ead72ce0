-- What a job has made stands, even if its process dies before it can say that the job has ended.
ALTER TABLE job ADD COLUMN filed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN job.filed IS 'its result is stored: a later run has only to tidy up';
