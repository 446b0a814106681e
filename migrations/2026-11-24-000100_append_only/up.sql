-- What every append-only table shares: the function behind its triggers.
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: its rows are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rows_are_append_only', TABLE = TG_TABLE_NAME;
END
$$;
COMMENT ON FUNCTION refuse_change() IS 'Behind the append_only triggers: no row of such a table is ever edited, deleted or truncated.';

CREATE FUNCTION make_append_only(target regclass) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refuse_change()', target);
    EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only_whole', target);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO daftar_app', target);
END
$$;
COMMENT ON FUNCTION make_append_only(regclass) IS 'Gives a table its append_only triggers and grants the application SELECT and INSERT, nothing else.';
REVOKE ALL ON FUNCTION make_append_only(regclass) FROM PUBLIC;

CREATE FUNCTION amounts_sum(amounts bigint[]) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(sum(a), 0) FROM unnest(amounts) AS a $$;
COMMENT ON FUNCTION amounts_sum(bigint[]) IS 'The exact sum of an array of amounts.';
