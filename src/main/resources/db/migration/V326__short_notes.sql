-- A checkpoint is a few hundred bytes, a public key less. The service's own role may add both, so without a limit whoever took it over could add texts that fill the memory of every process that
-- reads them. Rows of before are not looked at: a longer text is cut when it is read, and then nobody's signature matches it.
ALTER TABLE audit_checkpoint ADD CONSTRAINT audit_checkpoint_is_short CHECK (octet_length(note) <= 4096) NOT VALID;
ALTER TABLE audit_key ADD CONSTRAINT audit_key_is_short CHECK (octet_length(key) <= 4096) NOT VALID;
