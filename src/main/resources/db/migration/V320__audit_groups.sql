-- A group of entries is appended in one call, which writes the chain's end once. One call for each entry left a dead version of that row for each of them, and none can be removed before
-- the transaction ends: a group of more than about 85 entries filled the page and took another one, and the table, all of which each append reads, grew until it was vacuumed.
DROP FUNCTION audit_append(text, text, text, text, text);

-- In the order of the arrays. Returns the number of the last entry.
CREATE FUNCTION audit_append(kinds text[], tenants text[], key_prefixes text[], subjects text[], details text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    head   "${flyway:defaultSchema}".audit_head%ROWTYPE;
    added  record;
    size   bigint;
    moment timestamptz;
    entry  text;
    sealed bytea;
BEGIN
    SELECT * INTO STRICT head FROM "${flyway:defaultSchema}".audit_head FOR UPDATE;
    FOR added IN
        SELECT r.* FROM unnest(kinds, tenants, key_prefixes, subjects, details)
            WITH ORDINALITY r (kind, tenant, key_prefix, subject, detail, place)
        ORDER BY r.place
    LOOP
        IF head.seq >= head.room THEN
            SELECT segment INTO STRICT size FROM "${flyway:defaultSchema}".audit_log;
            PERFORM "${flyway:defaultSchema}".audit_open_segment(head.room + 1, size);
            head.room := head.room + size;
        END IF;
        moment := pg_catalog.clock_timestamp();
        entry := '{"actor":{"key_prefix":' || pg_catalog.to_json(added.key_prefix) || ',"tenant":' || pg_catalog.to_json(added.tenant)
            || '},"at":"' || pg_catalog.to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","detail":' || added.detail || ',"kind":' || pg_catalog.to_json(added.kind) || ',"seq":' || head.seq + 1
            || ',"subject":' || pg_catalog.to_json(added.subject) || '}';
        sealed := pg_catalog.sha256(head.hash || pg_catalog.convert_to(entry, 'UTF8'));
        INSERT INTO "${flyway:defaultSchema}".audit_entry
        VALUES (head.seq + 1, moment, added.kind, added.tenant, added.key_prefix, added.subject, added.detail::pg_catalog.json, head.hash, sealed);
        head.seq := head.seq + 1;
        head.hash := sealed;
    END LOOP;
    UPDATE "${flyway:defaultSchema}".audit_head SET seq = head.seq, hash = head.hash, room = head.room;
    RETURN head.seq;
END $$;
REVOKE ALL ON FUNCTION audit_append(text[], text[], text[], text[], text[]) FROM PUBLIC;
