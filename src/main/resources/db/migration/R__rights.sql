-- All that the service may do in the database; it does not own the tables. Runs again whenever this page or the role's name changes.
-- Flyway runs it after the numbered migrations: a new table gets its line here.
GRANT USAGE ON SCHEMA "${flyway:defaultSchema}" TO "${application}";

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant, tenant_window, api_key, identity, request_bucket TO "${application}";
GRANT SELECT, INSERT, UPDATE, DELETE ON quota_window TO "${application}";
GRANT SELECT, INSERT, DELETE ON price TO "${application}";
GRANT SELECT, INSERT, UPDATE ON reservation TO "${application}";
GRANT EXECUTE ON FUNCTION reservation_partitions(), reservation_drop_months(interval) TO "${application}";
GRANT SELECT, INSERT, UPDATE, DELETE ON content_policy, content, content_erasure, stored_response, guardrail TO "${application}";
GRANT SELECT, INSERT, UPDATE, DELETE ON stored_file, stored_file_piece, batch, batch_line, batch_turn TO "${application}";
GRANT SELECT, INSERT, UPDATE, DELETE ON instance TO "${application}";

GRANT SELECT ON audit_entry, audit_head, audit_log, audit_segment, audit_checkpoint TO "${application}";
GRANT EXECUTE ON FUNCTION audit_append(text[], text[], text[], text[], text[]), audit_checkpoint_append(bigint, bytea, text), audit_drop_segment(bigint, bytea, text) TO "${application}";
GRANT SELECT, INSERT, UPDATE ON audit_push TO "${application}";
GRANT SELECT, INSERT ON audit_subtree, audit_key TO "${application}";

GRANT SELECT, INSERT, UPDATE, DELETE ON model, alias, alias_target, canary, canary_count, backend, backend_model, job TO "${application}";

-- How long entries of the trail stay (baseload.audit.retention); a full segment that is older may then be archived and dropped. The process that was started last decides, so a change is
-- recorded in the trail, and a warning says that another process had another setting. This runs with the owner's rights: it finds built-in functions in pg_catalog only, and names its own
-- tables and functions with their schema.
DO $$
DECLARE
    known  interval;
    wanted interval;
BEGIN
    SET LOCAL search_path = pg_catalog, pg_temp;
    SELECT retention INTO STRICT known FROM "${flyway:defaultSchema}".audit_log;
    wanted := nullif('${audit_retention}', '')::interval;
    IF wanted IS DISTINCT FROM known THEN
        SET LOCAL intervalstyle = 'iso_8601';
        IF known IS NOT NULL THEN
            RAISE WARNING 'baseload.audit.retention was %, and is % from now on: give all processes on this database the same',
                known, coalesce(wanted::text, 'not set');
        END IF;
        PERFORM "${flyway:defaultSchema}".audit_append(ARRAY['admin.audit.retention'], ARRAY['system'], ARRAY[''], ARRAY['audit'],
            ARRAY['{' || concat_ws(',', '"before":' || to_json(known::text), '"retention":' || to_json(wanted::text)) || '}']);
        UPDATE "${flyway:defaultSchema}".audit_log SET retention = wanted;
    END IF;
END $$;
