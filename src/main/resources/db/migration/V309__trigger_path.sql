-- The one function of the trail that still looked up names in the caller's schemas.
ALTER FUNCTION audit_is_append_only() SET search_path = pg_catalog, pg_temp;
