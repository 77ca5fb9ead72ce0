-- Limits by calendar window may be of one key, of one model, or of one key with one model. Of a line of rotated keys the first names all.
ALTER TABLE tenant_window
    DROP CONSTRAINT tenant_window_period_check,
    DROP CONSTRAINT tenant_window_pkey,
    ADD COLUMN key_prefix          text NOT NULL DEFAULT '',
    ADD COLUMN model               text NOT NULL DEFAULT '',
    ADD COLUMN cost                numeric(20, 6) CHECK (cost >= 0),
    ADD COLUMN soft_percent        integer CHECK (soft_percent BETWEEN 1 AND 99),
    ADD COLUMN interactive_percent integer NOT NULL DEFAULT 0 CHECK (interactive_percent BETWEEN 0 AND 100),
    ADD PRIMARY KEY (tenant, key_prefix, model, period),
    ADD CONSTRAINT tenant_window_period_check CHECK (period IN ('minute', 'hour', 'day', 'month'));
COMMENT ON COLUMN tenant_window.key_prefix IS 'whose requests count; empty: those of all keys';
COMMENT ON COLUMN tenant_window.model IS 'the id of the model that answers them; empty: any';
COMMENT ON COLUMN tenant_window.soft_percent IS 'the part of a limit from which on answers carry a warning';
COMMENT ON COLUMN tenant_window.interactive_percent IS 'the part of a limit that batch requests leave to the others at the start of a window';

-- Counters. Those of the whole tenant by minute, day and month are always kept; others from the moment on in which tenant_window has them,
-- with what their window had counted until then.
ALTER TABLE quota_window
    DROP CONSTRAINT quota_window_period_check,
    DROP CONSTRAINT quota_window_pkey,
    DROP COLUMN token_limit,
    DROP COLUMN request_limit,
    ADD COLUMN key_prefix    text NOT NULL DEFAULT '',
    ADD COLUMN model         text NOT NULL DEFAULT '',
    ADD COLUMN used_cost     numeric(30, 12) NOT NULL DEFAULT 0 CHECK (used_cost >= 0),
    ADD COLUMN reserved_cost numeric(30, 12) NOT NULL DEFAULT 0 CHECK (reserved_cost >= 0),
    ADD COLUMN soft_at       timestamptz,
    ADD PRIMARY KEY (tenant, key_prefix, model, period, starts_at),
    ADD CONSTRAINT quota_window_period_check CHECK (period IN ('minute', 'hour', 'day', 'month'));
COMMENT ON COLUMN quota_window.soft_at IS 'when it was told that the soft limit is passed';

-- Budgets belong to a line of keys that replaced each other.
ALTER TABLE api_key ADD COLUMN budget_key text;
COMMENT ON COLUMN api_key.budget_key IS 'the first of the keys of which this one is a successor by rotation; null: itself';

ALTER TABLE tenant ADD COLUMN max_wait_ms bigint CHECK (max_wait_ms >= 0);
COMMENT ON COLUMN tenant.max_wait_ms IS 'how long a request may wait until its answer is begun; null: as the service says';

-- Prices for a million tokens, in one currency, from a moment on until the next price of the model.
CREATE TABLE price (
    model      text           NOT NULL,
    valid_from timestamptz    NOT NULL,
    prompt     numeric(18, 6) NOT NULL CHECK (prompt >= 0),
    cached     numeric(18, 6) NOT NULL CHECK (cached >= 0),
    completion numeric(18, 6) NOT NULL CHECK (completion >= 0),
    PRIMARY KEY (model, valid_from)
);

-- A reservation has the prices of the moment in which it was made, so that what was used keeps its price.
ALTER TABLE reservation
    ADD COLUMN budget_key       text,
    ADD COLUMN batch            boolean NOT NULL DEFAULT false,
    ADD COLUMN cached_tokens    bigint  NOT NULL DEFAULT 0 CHECK (cached_tokens >= 0),
    ADD COLUMN prompt_price     numeric(18, 6),
    ADD COLUMN cached_price     numeric(18, 6),
    ADD COLUMN completion_price numeric(18, 6),
    ADD COLUMN reserved_cost    numeric(30, 12),
    ADD COLUMN cost             numeric(30, 12);
COMMENT ON COLUMN reservation.cached_tokens IS 'of the prompt tokens, those that were not computed again';
COMMENT ON COLUMN reservation.prompt_price IS 'for a million tokens; null: the model had no price';
