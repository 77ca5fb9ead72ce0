-- Keys that are replaced: the one of the configuration by its successor, others by rotation. When each was used last.
ALTER TABLE api_key
    ADD COLUMN bootstrap    boolean NOT NULL DEFAULT false, -- given by the configuration; another one there replaces it
    ADD COLUMN last_used_at timestamptz;

UPDATE api_key k SET bootstrap = true
WHERE EXISTS (SELECT FROM audit_entry e WHERE e.kind = 'admin.key.create' AND e.tenant = 'system'
              AND e.subject = 'tenants/' || k.tenant || '/keys/' || k.prefix);
