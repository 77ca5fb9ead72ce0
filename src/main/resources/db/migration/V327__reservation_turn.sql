-- Reservations of several processes take turns: until the transaction ends nobody else's reserve, unless that takes too long. Without it, two transactions that begin at the same time each lock the
-- rows of some of their tenants and leave out the requests of the others, so all get smaller, and each waits for the end of the trail nevertheless. A process that stalls delays the others' transactions
-- by this time, and only its own tenants wait longer.
CREATE FUNCTION reservation_turn() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms'
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('reservation.turn'));
EXCEPTION WHEN lock_not_available THEN
    NULL;
END $$;
REVOKE ALL ON FUNCTION reservation_turn() FROM PUBLIC;
