-- What a tenant has used of a calendar window. The limits are those of the last reservation (null = unlimited); tenant_window has the present ones.
-- No reference to tenant: what was used stays when a tenant goes, so deleting and creating it again does not refill its budget.
CREATE TABLE quota_window (
    tenant        text        NOT NULL,
    period        text        NOT NULL CHECK (period IN ('minute', 'day', 'month')),
    starts_at     timestamptz NOT NULL,
    token_limit   bigint,
    request_limit bigint,
    used          bigint      NOT NULL DEFAULT 0 CHECK (used >= 0),
    reserved      bigint      NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    requests      bigint      NOT NULL DEFAULT 0 CHECK (requests >= 0),
    PRIMARY KEY (tenant, period, starts_at)
) WITH (fillfactor = 50);

CREATE TABLE reservation (
    id                uuid        PRIMARY KEY,
    tenant            text        NOT NULL,
    key_prefix        text        NOT NULL,
    model             text        NOT NULL,
    request_id        text        NOT NULL,
    process           uuid        NOT NULL, -- the run of the service that holds it; an earlier run's are lost
    state             text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled', 'refused', 'lost', 'corrected')),
    made_at           timestamptz NOT NULL, -- says which windows it was made in
    lease_end         timestamptz NOT NULL,
    tokens            bigint      NOT NULL CHECK (tokens >= 0), -- reserved: prompt and answers
    prompt_tokens     bigint      NOT NULL CHECK (prompt_tokens >= 0),
    completion_tokens bigint      NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0), -- as of the last renewal, then as settled
    ended_at          timestamptz
) WITH (fillfactor = 80);
CREATE INDEX reservation_open ON reservation (tenant) WHERE state = 'open';
CREATE INDEX reservation_by_time ON reservation (tenant, made_at);
