COMMENT ON TABLE batches IS 'What one database transaction booked in one window and unit: count, signed sums, digest over the rows'' leaves in line order.';
DO $$
DECLARE
    sealed text;
BEGIN
    FOREACH sealed IN ARRAY ARRAY['batches', 'quarantine', 'currency_units', 'parties', 'bank_accounts', 'networks', 'network_parties',
                                  'originators', 'agencies', 'services', 'offices'] LOOP
        EXECUTE format('DROP TRIGGER seal_insert ON %I', sealed);
        EXECUTE format('DROP TRIGGER seal_update ON %I', sealed);
    END LOOP;
END
$$;
DROP FUNCTION seal_standing_rows(regclass);
