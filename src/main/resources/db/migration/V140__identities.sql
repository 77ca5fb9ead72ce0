-- On whose behalf somebody asks: people whom an identity provider knows, and service accounts. A key of theirs can do no more than they.
CREATE TABLE identity (
    tenant     text        NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id         text        NOT NULL CHECK (id ~ '^(person_[0-9a-f]{16}|service_[a-z0-9][a-z0-9._-]{0,62})$'),
    issuer     text,
    subject    text,
    roles      text[]      NOT NULL CHECK (roles <@ ARRAY ['user', 'tenant_admin', 'operator', 'auditor', 'metrics']),
    models     text[]      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz,          -- of people: their last token, to the minute
    PRIMARY KEY (tenant, id),
    CHECK ((issuer IS NULL) = (subject IS NULL) AND (issuer IS NULL) = starts_with(id, 'service_'))
);
CREATE INDEX identity_by_id ON identity (id);

ALTER TABLE api_key
    ADD COLUMN identity text,
    ADD FOREIGN KEY (tenant, identity) REFERENCES identity ON DELETE CASCADE;
CREATE INDEX api_key_by_identity ON api_key (tenant, identity);
