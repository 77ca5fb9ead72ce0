-- The trail: one chain for all tenants. Only audit_append writes it; docs/platform.md gives the canonical form.
CREATE TABLE audit_entry (
    seq           bigint      PRIMARY KEY,
    at            timestamptz NOT NULL,
    kind          text        NOT NULL,
    tenant        text        NOT NULL,
    key_prefix    text        NOT NULL,
    subject       text        NOT NULL,
    detail        json        NOT NULL, -- json, not jsonb: its text is hashed as it stands
    previous_hash bytea       NOT NULL,
    hash          bytea       NOT NULL
);
CREATE INDEX audit_entry_by_tenant ON audit_entry (tenant, seq);

-- The chain's end. This row is what appends lock.
CREATE TABLE audit_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq  bigint  NOT NULL,
    hash bytea   NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE TABLE audit_checkpoint (
    seq       bigint      PRIMARY KEY,
    hash      bytea       NOT NULL,
    at        timestamptz NOT NULL,
    signature bytea       NOT NULL
);

CREATE FUNCTION audit_append(kind text, tenant text, key_prefix text, subject text, detail text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = "${flyway:defaultSchema}", pg_temp
AS $$
DECLARE
    head   audit_head%ROWTYPE;
    moment timestamptz;
    entry  text;
    sealed bytea;
BEGIN
    SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
    moment := clock_timestamp();
    entry := '{"actor":{"key_prefix":' || to_json(key_prefix) || ',"tenant":' || to_json(tenant)
        || '},"at":"' || to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","detail":' || detail || ',"kind":' || to_json(kind) || ',"seq":' || head.seq + 1
        || ',"subject":' || to_json(subject) || '}';
    sealed := sha256(head.hash || convert_to(entry, 'UTF8'));
    INSERT INTO audit_entry VALUES (head.seq + 1, moment, kind, tenant, key_prefix, subject, detail::json, head.hash, sealed);
    UPDATE audit_head SET seq = head.seq + 1, hash = sealed;
    RETURN head.seq + 1;
END $$;
REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
    RAISE EXCEPTION '% refuses %: the audit trail is append-only', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_checkpoint EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_delete BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_head EXECUTE FUNCTION audit_is_append_only();
