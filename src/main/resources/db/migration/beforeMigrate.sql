-- At each start, before any migration: only the owner may create objects in the schema. Migrations run with the owner's rights and find functions by name, so somebody else's function
-- could be called instead of a built-in one. Where the schema belongs to the owner, the right is taken from all others; where it doesn't, as in databases of PostgreSQL 14 and
-- older, only a superuser can do that, and nothing is migrated before.
DO $$
DECLARE
    others text;
    tried boolean := false;
    two_roles boolean;
BEGIN
    SET LOCAL search_path = pg_catalog, pg_temp; -- here, too, only built-in functions
    two_roles := '${application}' <> current_user;
    LOOP
        SELECT string_agg(DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END, ', ')
        INTO others
        FROM pg_namespace, aclexplode(nspacl) acl
        WHERE nspname = '${flyway:defaultSchema}' AND acl.privilege_type = 'CREATE'
            AND acl.grantee <> nspowner AND acl.grantee <> (SELECT oid FROM pg_roles WHERE rolname = current_user);
        EXIT WHEN others IS NULL OR tried;
        EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %s CASCADE', '${flyway:defaultSchema}', others);
        tried := true;
    END LOOP;
    IF others IS NULL AND two_roles AND has_schema_privilege('${application}', '${flyway:defaultSchema}', 'CREATE') THEN
        others := quote_ident('${application}'); -- as a superuser, or a member of the owner
    END IF;
    IF others IS NOT NULL THEN
        RAISE EXCEPTION 'others than % may create functions in the schema %, which migrations could call with the rights of the owner: %', current_user, '${flyway:defaultSchema}', others
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('Run as a superuser: ALTER SCHEMA %I OWNER TO %I', '${flyway:defaultSchema}', current_user)
                      || CASE WHEN two_roles THEN format(', and make sure that %I is neither a superuser nor a member of %I', '${application}', current_user) ELSE '' END
                      || '. Then start again.';
    END IF;
END $$;
