-- An entry is a line: of an export, of an archive, of what is pushed to others. Blanks between the parts of a JSON text may be line ends, though, so whoever may append entries, which the service's
-- own role may, could break the lines of all files with that entry, so that none of them verifies and nothing is archived any more, or put lines of its own into them.
-- An entry also fits into the memory of every process that reads it. The service refuses larger details itself; the largest that its limits are meant for, of a thousand budgets, has less than a megabyte.
CREATE OR REPLACE FUNCTION audit_append(kinds text[], tenants text[], key_prefixes text[], subjects text[], details text[]) RETURNS bigint
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
        IF pg_catalog.strpos(added.detail, E'\n') > 0 OR pg_catalog.strpos(added.detail, E'\r') > 0 THEN
            RAISE EXCEPTION 'the detail of an entry has more than one line' USING ERRCODE = 'check_violation';
        END IF;
        IF pg_catalog.octet_length(added.detail) > 1048576
            OR greatest(pg_catalog.octet_length(added.kind), pg_catalog.octet_length(added.tenant), pg_catalog.octet_length(added.key_prefix), pg_catalog.octet_length(added.subject)) > 65536
        THEN
            RAISE EXCEPTION 'the entry is too large' USING ERRCODE = 'check_violation';
        END IF;
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
