-- Reservations by month. An earlier version's table becomes the first partition. Rows are found by id among the open and the lost ones only,
-- so that the number of months costs nothing.
ALTER TABLE reservation RENAME TO reservation_unparted;
ALTER TABLE reservation_unparted DROP CONSTRAINT reservation_pkey;
ALTER TABLE reservation_unparted DROP COLUMN lease_end;
ALTER TABLE reservation_unparted RENAME COLUMN process TO instance;
ALTER TABLE reservation_unparted SET (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02);
DROP INDEX reservation_open;
DROP INDEX reservation_by_time;

CREATE TABLE reservation (LIKE reservation_unparted INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (made_at, id)) PARTITION BY RANGE (made_at);
COMMENT ON COLUMN reservation.instance IS 'the process that holds it; without a row of its own there it is lost';
CREATE INDEX reservation_open ON reservation (tenant) WHERE state = 'open';
CREATE INDEX reservation_unfinished ON reservation (id) WHERE state IN ('open', 'lost');
CREATE INDEX reservation_by_time ON reservation (tenant, made_at);

-- Partitions are named after the month before which their rows were made; the first has no lower bound.
DO $$
DECLARE bound timestamptz := (date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    EXECUTE format('ALTER TABLE reservation_unparted RENAME TO %I', 'reservation_before_' || to_char(bound AT TIME ZONE 'UTC', 'YYYYMM'));
    EXECUTE format('ALTER TABLE reservation ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
        'reservation_before_' || to_char(bound AT TIME ZONE 'UTC', 'YYYYMM'), bound);
END $$;

-- Makes the partitions of the next two months; drops those whose last row is older than the retention and none of whose answers still runs.
-- The service may not create or drop tables: it may call this.
CREATE FUNCTION reservation_partitions(retention interval) RETURNS void
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
    FOR ahead IN 1..2 LOOP
        lower_end := this_month + pg_catalog.make_interval(months => ahead);
        upper_end := lower_end + interval '1 month';
        partition := 'reservation_before_' || pg_catalog.to_char(upper_end, 'YYYYMM');
        IF pg_catalog.to_regclass('"${flyway:defaultSchema}".' || partition) IS NULL THEN
            EXECUTE pg_catalog.format('CREATE TABLE "${flyway:defaultSchema}".%I (LIKE "${flyway:defaultSchema}".reservation'
                || ' INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'
                || ' WITH (fillfactor = 80, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02)', partition);
            EXECUTE pg_catalog.format('ALTER TABLE "${flyway:defaultSchema}".reservation ATTACH PARTITION "${flyway:defaultSchema}".%I'
                || ' FOR VALUES FROM (%L) TO (%L)', partition, lower_end AT TIME ZONE 'UTC', upper_end AT TIME ZONE 'UTC');
        END IF;
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
REVOKE ALL ON FUNCTION reservation_partitions FROM PUBLIC;
SELECT reservation_partitions(interval '1000 years');
