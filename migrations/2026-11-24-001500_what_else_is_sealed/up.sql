-- Rows that money hangs on and that nothing else proves the existence of: a whole batch that is gone with its transactions,
-- an account to which a payout goes, a row that waits.
CREATE FUNCTION seal_standing_rows(target regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET bytea_output = 'hex'
AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO public.row_seals (relation, keys, digests, login, humble)
         SELECT %L, array_agg(%s), array_agg(public.row_digest(w::text)), ''migration'', true FROM %s w HAVING count(*) > 0',
        (SELECT c.relname FROM pg_class c WHERE c.oid = target), public.key_expression(target), target);
END
$$;
COMMENT ON FUNCTION seal_standing_rows(regclass) IS 'Seals the rows of a table as they stand: for the migration that begins to seal it.';
REVOKE ALL ON FUNCTION seal_standing_rows(regclass) FROM PUBLIC;

SELECT make_sealed(t), seal_standing_rows(t)
  FROM unnest(ARRAY['batches', 'quarantine', 'currency_units', 'parties', 'bank_accounts', 'networks', 'network_parties',
                    'originators', 'agencies', 'services', 'offices']::regclass[]) AS t;
COMMENT ON TABLE batches IS 'What one database transaction booked in one window and unit: count, signed sums, digest over the rows'' leaves in line order. Its seal proves that it was there: its transactions are proved by the digest.';
