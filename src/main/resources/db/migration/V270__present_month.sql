-- The present month gets its partition too: after two months without the service nothing else would have made it. A month that the first partition, which has no lower bound, covers needs none:
-- a clock that was set back must not keep the service from starting.
CREATE OR REPLACE FUNCTION reservation_partitions(retention interval) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    this_month timestamp := pg_catalog.date_trunc('month', pg_catalog.clock_timestamp() AT TIME ZONE 'UTC');
    lower_end  timestamp;
    upper_end  timestamp;
    partition  text;
    used       boolean;
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
    FOR partition, upper_end IN
        SELECT c.relname, pg_catalog.to_date(pg_catalog.right(c.relname, 6), 'YYYYMM')::timestamp
        FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = '"${flyway:defaultSchema}".reservation'::pg_catalog.regclass
    LOOP
        IF upper_end + retention <= pg_catalog.clock_timestamp() AT TIME ZONE 'UTC' THEN
            EXECUTE pg_catalog.format('SELECT EXISTS (SELECT FROM "${flyway:defaultSchema}".%I WHERE state = ''open'')', partition) INTO used;
            IF NOT used THEN
                EXECUTE pg_catalog.format('DROP TABLE "${flyway:defaultSchema}".%I', partition);
            END IF;
        END IF;
    END LOOP;
END $$;
