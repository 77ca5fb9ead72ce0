-- The filters on what a tenant asks and is answered.
CREATE TABLE guardrail (
    tenant  text  PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    filters jsonb NOT NULL CHECK (jsonb_typeof(filters) = 'array')
);
COMMENT ON COLUMN guardrail.filters IS 'in their order; keys of other servers only by the names under which they are found';
