-- Limits by calendar window may also be of a person or a service account, whatever key or token they come with.
ALTER TABLE reservation ADD COLUMN identity text;
COMMENT ON COLUMN reservation.identity IS 'the person or the service account that asked; null: the tenant itself, or made in a month before there was this column';
COMMENT ON COLUMN tenant_window.key_prefix IS 'whose requests count: a line of keys, by its first key, or a person or service account, by its id; empty: all of the tenant';
COMMENT ON COLUMN quota_window.key_prefix IS 'as in tenant_window';

-- The present month, so that a limit that is set now includes it.
UPDATE reservation r SET identity = a.identity FROM api_key a
WHERE a.prefix = r.key_prefix AND a.identity IS NOT NULL AND r.made_at >= date_trunc('month', statement_timestamp(), 'UTC');
UPDATE reservation SET identity = key_prefix
WHERE starts_with(key_prefix, 'person_') AND made_at >= date_trunc('month', statement_timestamp(), 'UTC');
