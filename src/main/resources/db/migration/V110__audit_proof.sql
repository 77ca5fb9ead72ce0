-- The trail in segments, each a table of its own, and checkpoints that only a function writes, which checks them.
-- Functions of the owner's find built-in functions in pg_catalog only and name their own tables with their schema: nobody else's function can stand in for one.

REVOKE CREATE ON SCHEMA "${flyway:defaultSchema}" FROM PUBLIC;

CREATE TABLE audit_log (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    id        uuid    NOT NULL DEFAULT gen_random_uuid(),
    segment   bigint  NOT NULL DEFAULT 1048576 CHECK (segment >= 256 AND segment & (segment - 1) = 0),
    retention interval
);
COMMENT ON COLUMN audit_log.segment IS 'entries in a segment; a power of two, so that a full one is a complete subtree of the Merkle tree';
COMMENT ON COLUMN audit_log.retention IS 'a segment whose entries are all older may be dropped once it is archived; null: none ever';
INSERT INTO audit_log DEFAULT VALUES;

ALTER TABLE audit_entry RENAME TO audit_entry_whole;
ALTER INDEX audit_entry_pkey RENAME TO audit_entry_whole_pkey;
DROP INDEX audit_entry_by_tenant;

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
) PARTITION BY RANGE (seq);
CREATE INDEX audit_entry_by_tenant ON audit_entry (tenant, seq);
CREATE INDEX audit_entry_by_kind ON audit_entry (kind COLLATE "C", seq);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_is_append_only();

-- The chain's end changes with every entry, so its dead versions must go soon; the page has room for many.
ALTER TABLE audit_head ADD COLUMN room bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN audit_head.room IS 'up to this number there are segments';
ALTER TABLE audit_head SET (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- A full segment whose rows were archived and dropped: what is left of it, so that the rest can still be proved.
CREATE TABLE audit_segment (
    first    bigint      PRIMARY KEY,
    last     bigint      NOT NULL UNIQUE,
    root     bytea       NOT NULL CHECK (length(root) = 32), -- of the subtree
    hash     bytea       NOT NULL CHECK (length(hash) = 32), -- the chain's at its end
    archive  text        NOT NULL, -- SHA-256 of the file
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_segment FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_segment EXECUTE FUNCTION audit_is_append_only();

CREATE FUNCTION audit_open_segment(first bigint, size bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := 'audit_entry_' || first;
BEGIN
    EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', '${flyway:defaultSchema}', name);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %1$I.%2$I EXECUTE FUNCTION %1$I.audit_is_append_only()', '${flyway:defaultSchema}', name);
    EXECUTE format('ALTER TABLE %1$I.audit_entry ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%3$s) TO (%4$s)',
        '${flyway:defaultSchema}', name, first, first + size);
END $$;
REVOKE ALL ON FUNCTION audit_open_segment FROM PUBLIC;

CREATE OR REPLACE FUNCTION audit_append(kind text, tenant text, key_prefix text, subject text, detail text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    head   "${flyway:defaultSchema}".audit_head%ROWTYPE;
    size   bigint;
    moment timestamptz;
    entry  text;
    sealed bytea;
BEGIN
    SELECT * INTO STRICT head FROM "${flyway:defaultSchema}".audit_head FOR UPDATE;
    IF head.seq >= head.room THEN
        SELECT segment INTO STRICT size FROM "${flyway:defaultSchema}".audit_log;
        PERFORM "${flyway:defaultSchema}".audit_open_segment(head.room + 1, size);
        head.room := head.room + size;
    END IF;
    moment := pg_catalog.clock_timestamp();
    entry := '{"actor":{"key_prefix":' || pg_catalog.to_json(key_prefix) || ',"tenant":' || pg_catalog.to_json(tenant)
        || '},"at":"' || pg_catalog.to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || '","detail":' || detail || ',"kind":' || pg_catalog.to_json(kind) || ',"seq":' || head.seq + 1
        || ',"subject":' || pg_catalog.to_json(subject) || '}';
    sealed := pg_catalog.sha256(head.hash || pg_catalog.convert_to(entry, 'UTF8'));
    INSERT INTO "${flyway:defaultSchema}".audit_entry
    VALUES (head.seq + 1, moment, kind, tenant, key_prefix, subject, detail::pg_catalog.json, head.hash, sealed);
    UPDATE "${flyway:defaultSchema}".audit_head SET seq = head.seq + 1, hash = sealed, room = head.room;
    RETURN head.seq + 1;
END $$;

-- The entries so far, into segments.
DO $$
DECLARE
    size bigint := (SELECT segment FROM audit_log);
    last bigint := (SELECT seq FROM audit_head);
    start bigint := 1;
BEGIN
    WHILE start <= last LOOP
        PERFORM audit_open_segment(start, size);
        start := start + size;
    END LOOP;
    UPDATE audit_head SET room = start - 1;
    INSERT INTO audit_entry SELECT * FROM audit_entry_whole;
END $$;
DROP TABLE audit_entry_whole;

-- Checkpoints: signed notes over the Merkle tree. Those of before are in the home's audit-checkpoints.jsonl and in the log.
DROP TABLE audit_checkpoint;
CREATE TABLE audit_checkpoint (
    size     bigint      PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    note     text        NOT NULL,
    previous bytea       NOT NULL -- SHA-256 of the note before; of nothing for the first
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit_checkpoint EXECUTE FUNCTION audit_is_append_only();

-- False if there is one of this size already, or of a greater one. A size beyond the trail's end is no checkpoint, so nobody can put one in the way of others.
CREATE FUNCTION audit_checkpoint_append(size bigint, hash bytea, note text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    latest "${flyway:defaultSchema}".audit_checkpoint%ROWTYPE;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(5121701109862311530);
    IF NOT EXISTS (SELECT FROM "${flyway:defaultSchema}".audit_entry e WHERE e.seq = size AND e.hash = audit_checkpoint_append.hash) THEN
        RAISE EXCEPTION 'the trail has no entry % with this hash', size USING ERRCODE = 'check_violation';
    END IF;
    IF pg_catalog.split_part(note, E'\n', 2) <> size::text THEN
        RAISE EXCEPTION 'the note is not about % entries', size USING ERRCODE = 'check_violation';
    END IF;
    SELECT c.* INTO latest FROM "${flyway:defaultSchema}".audit_checkpoint c
    WHERE c.size <= (SELECT h.seq FROM "${flyway:defaultSchema}".audit_head h) ORDER BY c.size DESC LIMIT 1;
    IF latest.size >= size THEN
        RETURN false;
    END IF;
    INSERT INTO "${flyway:defaultSchema}".audit_checkpoint (size, note, previous)
    VALUES (size, note, pg_catalog.sha256(pg_catalog.convert_to(coalesce(latest.note, ''), 'UTF8')));
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION audit_checkpoint_append FROM PUBLIC;

-- Roots of complete subtrees of 256, 65,536, … entries, from which proofs are made. Nobody has to trust them: each proof is checked against a signed root.
CREATE TABLE audit_subtree (
    level smallint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    place bigint   NOT NULL,
    hash  bytea    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, place)
);

-- Public keys that signed, as anybody may know them; who trusts which is said elsewhere.
CREATE TABLE audit_key (
    key text PRIMARY KEY, -- C2SP verifier key
    at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Drops a full segment, if all its entries are older than the owner's retention and a checkpoint stands behind it.
CREATE FUNCTION audit_drop_segment(first_seq bigint, root bytea, archive text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    log  "${flyway:defaultSchema}".audit_log%ROWTYPE;
    tail "${flyway:defaultSchema}".audit_entry%ROWTYPE;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(5121701109862311530);
    SELECT * INTO STRICT log FROM "${flyway:defaultSchema}".audit_log;
    IF first_seq <> coalesce((SELECT max(s.last) FROM "${flyway:defaultSchema}".audit_segment s), 0) + 1 THEN
        RAISE EXCEPTION 'segments go in their order' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO STRICT tail FROM "${flyway:defaultSchema}".audit_entry e WHERE e.seq = first_seq + log.segment - 1;
    IF log.retention IS NULL OR tail.at > pg_catalog.clock_timestamp() - log.retention THEN
        RAISE EXCEPTION 'the segment of % is kept: its retention is not over', first_seq USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM "${flyway:defaultSchema}".audit_checkpoint c WHERE c.size >= tail.seq) THEN
        RAISE EXCEPTION 'no checkpoint stands behind the segment of %', first_seq USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO "${flyway:defaultSchema}".audit_segment (first, last, root, hash, archive)
    VALUES (first_seq, tail.seq, audit_drop_segment.root, tail.hash, audit_drop_segment.archive);
    EXECUTE pg_catalog.format('DROP TABLE %I.%I', '${flyway:defaultSchema}', 'audit_entry_' || first_seq);
END $$;
REVOKE ALL ON FUNCTION audit_drop_segment FROM PUBLIC;

-- Rows that change with each request: their dead versions go soon, and their pages have room for the next ones.
ALTER TABLE quota_window SET (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE tenant SET (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
