-- Making and dropping months are two things: dropping one locks the whole table, so it gives up soon while anybody reads, and the new months must not depend on it.
DROP FUNCTION reservation_partitions(interval);

-- Makes the partitions of this month and the next two. A month that the first partition, which has no lower bound, covers needs none.
-- The service may not create or drop tables: it may call this.
CREATE FUNCTION reservation_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this_month timestamp := pg_catalog.date_trunc('month', pg_catalog.clock_timestamp() AT TIME ZONE 'UTC');
    lower_end  timestamp;
    upper_end  timestamp;
    partition  text;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('reservation_partitions'));
    FOR ahead IN 0..2 LOOP
        lower_end := this_month + pg_catalog.make_interval(months => ahead);
        upper_end := lower_end + interval '1 month';
        partition := 'reservation_before_' || pg_catalog.to_char(upper_end, 'YYYYMM');
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = '"${flyway:defaultSchema}".reservation'::pg_catalog.regclass
              AND (c.relname = partition
                OR pg_catalog.substring(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '\(MINVALUE\) TO \(''(.+)''\)')::timestamptz
                  >= upper_end AT TIME ZONE 'UTC'));
        EXECUTE pg_catalog.format('CREATE TABLE "${flyway:defaultSchema}".%I (LIKE "${flyway:defaultSchema}".reservation'
            || ' INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'
            || ' WITH (fillfactor = 80, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02)', partition);
        EXECUTE pg_catalog.format('ALTER TABLE "${flyway:defaultSchema}".reservation ATTACH PARTITION "${flyway:defaultSchema}".%I'
            || ' FOR VALUES FROM (%L) TO (%L)', partition, lower_end AT TIME ZONE 'UTC', upper_end AT TIME ZONE 'UTC');
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION reservation_partitions FROM PUBLIC;

-- Drops the months whose last row is older than the retention and none of whose answers still runs. A clock that is ahead must not drop anything, so the clock alone is not believed: there
-- has to be a reservation as late as that, made at least a day ago. Others wait while this waits for its lock: 50 ms at most.
CREATE FUNCTION reservation_drop_months(retention interval) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '50ms'
AS $$
DECLARE
    upper_end timestamp;
    partition text;
    used      boolean;
BEGIN
    IF NOT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('reservation_partitions')) THEN
        RETURN;
    END IF;
    FOR partition, upper_end IN
        SELECT c.relname, pg_catalog.to_date(pg_catalog.right(c.relname, 6), 'YYYYMM')::timestamp
        FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = '"${flyway:defaultSchema}".reservation'::pg_catalog.regclass
    LOOP
        CONTINUE WHEN upper_end + retention > pg_catalog.clock_timestamp() AT TIME ZONE 'UTC';
        CONTINUE WHEN NOT EXISTS (
            SELECT FROM "${flyway:defaultSchema}".reservation r
            WHERE r.made_at >= (upper_end + retention) AT TIME ZONE 'UTC' AND r.made_at < pg_catalog.clock_timestamp() - interval '1 day');
        EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM "${flyway:defaultSchema}".%I WHERE state = ''open'')', partition) INTO used;
        IF NOT used THEN
            EXECUTE pg_catalog.format('DROP TABLE "${flyway:defaultSchema}".%I', partition);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION reservation_drop_months FROM PUBLIC;

-- The same for segments of the trail: while this waits, it holds the trail's end, for which every request waits.
ALTER FUNCTION audit_drop_segment(bigint, bytea, text) SET lock_timeout = '50ms';
