-- Whether somebody waits for what is asked with a key.
ALTER TABLE api_key ADD COLUMN priority text NOT NULL DEFAULT 'interactive' CHECK (priority IN ('interactive', 'batch'));
