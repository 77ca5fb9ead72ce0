CREATE TABLE tenant (
    id             text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    max_concurrent integer NOT NULL CHECK (max_concurrent >= 1),
    weight         integer NOT NULL CHECK (weight BETWEEN 1 AND 1000)
);

-- Limits by calendar window (UTC). A window left out, or a null in it, is unlimited.
CREATE TABLE tenant_window (
    tenant   text   NOT NULL REFERENCES tenant ON DELETE CASCADE,
    period   text   NOT NULL CHECK (period IN ('minute', 'day', 'month')),
    tokens   bigint CHECK (tokens >= 0),
    requests bigint CHECK (requests >= 0),
    PRIMARY KEY (tenant, period)
);

CREATE TABLE api_key (
    prefix     text        PRIMARY KEY,
    hash       bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    tenant     text        NOT NULL REFERENCES tenant ON DELETE CASCADE,
    roles      text[]      NOT NULL CHECK (roles <> '{}' AND roles <@ ARRAY ['user', 'tenant_admin', 'operator', 'auditor', 'metrics']),
    models     text[]      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_key_by_tenant ON api_key (tenant, prefix);

INSERT INTO tenant (id, max_concurrent, weight) VALUES ('default', 256, 1);
