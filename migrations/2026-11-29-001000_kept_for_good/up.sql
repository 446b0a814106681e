-- Rows with states are never deleted either: what was paid, who is owed and where it goes outlives every session, also one of
-- the owner or of a superuser.
CREATE FUNCTION keep_for_good(target regclass) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refuse_change()', target);
    EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_whole', target);
END
$$;
COMMENT ON FUNCTION keep_for_good(regclass) IS 'As make_append_only, for a table whose rows have states: they may be updated, and never deleted or truncated.';
REVOKE ALL ON FUNCTION keep_for_good(regclass) FROM PUBLIC;

SELECT keep_for_good(t)
  FROM unnest(ARRAY['parties', 'bank_accounts', 'networks', 'offices', 'tokens', 'tariff_versions', 'quarantine', 'settlements',
                    'payouts']::regclass[]) AS t;
