-- What tenants asked and were answered, where they want it kept: apart from the trail, which has salted digests of it, and sealed.
CREATE TABLE content_policy (
    tenant         text    PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    keep           boolean NOT NULL,
    retention_days integer CHECK (retention_days > 0),
    sealed_key     text    NOT NULL
);
COMMENT ON COLUMN content_policy.retention_days IS 'after how many days contents are erased; null: never by themselves';
COMMENT ON COLUMN content_policy.sealed_key IS 'the tenant''s own key, sealed with the master key';

CREATE TABLE content (
    id                bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    reservation       uuid        NOT NULL,
    part              text        NOT NULL CHECK (part IN ('prompt', 'answer')),
    tenant            text        NOT NULL REFERENCES content_policy ON DELETE CASCADE,
    request_id        text        NOT NULL,
    end_user          text,
    safety_identifier text,
    at                timestamptz NOT NULL DEFAULT clock_timestamp(),
    salt              bytea       NOT NULL,
    digest            bytea       NOT NULL,
    sealed            bytea       NOT NULL,
    PRIMARY KEY (reservation, part)
);
CREATE INDEX content_by_tenant ON content (tenant, id);
CREATE INDEX content_by_request ON content (tenant, request_id);
CREATE INDEX content_by_time ON content (tenant, at);
COMMENT ON COLUMN content.digest IS 'SHA-256 of the salt and the text, as the trail has it';
COMMENT ON COLUMN content.sealed IS 'the text, sealed with the tenant''s key';

-- Who may read them.
ALTER TABLE api_key DROP CONSTRAINT api_key_roles_check, ADD CONSTRAINT api_key_roles_check
    CHECK (roles <> '{}' AND roles <@ ARRAY ['user', 'tenant_admin', 'operator', 'auditor', 'metrics', 'content_auditor']);
ALTER TABLE identity DROP CONSTRAINT identity_roles_check, ADD CONSTRAINT identity_roles_check
    CHECK (roles <@ ARRAY ['user', 'tenant_admin', 'operator', 'auditor', 'metrics', 'content_auditor']);

COMMENT ON COLUMN backend.api_key IS 'sealed with the master key';
