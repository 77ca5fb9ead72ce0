-- The rights of a person are those of the token that was issued last, not of the one that was used last.
ALTER TABLE identity ADD COLUMN issued_at timestamptz;
COMMENT ON COLUMN identity.issued_at IS 'of people: when the token with these rights was issued; null: unknown';
