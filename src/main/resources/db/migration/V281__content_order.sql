-- Contents become visible in the order of their ids. Each transaction that stores some holds this lock together with the others from before its first id until its end; whoever
-- has had it alone has waited for all lower ids.
CREATE FUNCTION content_in_order() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(5121701109862311531);
    RETURN NULL;
END
$$;
CREATE TRIGGER content_in_order BEFORE INSERT ON content FOR EACH STATEMENT EXECUTE FUNCTION content_in_order();
