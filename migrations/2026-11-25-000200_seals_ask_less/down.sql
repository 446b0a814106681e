ALTER FUNCTION book_originals RESET plan_cache_mode;

CREATE OR REPLACE FUNCTION make_sealed(target regclass) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    relation name := (SELECT c.relname FROM pg_class c WHERE c.oid = target);
    sealing name := 'seal_' || relation;
    event text;
BEGIN
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION %I() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp
            SET timezone = 'UTC'
            SET datestyle = 'ISO, YMD'
            SET bytea_output = 'hex'
        AS $body$
        BEGIN
            INSERT INTO public.row_seals (relation, keys, digests, login, humble)
            SELECT %L, array_agg(%s), array_agg(public.row_digest(w::text)), session_user,
                   (SELECT NOT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user)
              FROM written w HAVING count(*) > 0;
            RETURN NULL;
        END
        $body$
        $function$, sealing, relation, key_expression(target));
    EXECUTE format('REVOKE ALL ON FUNCTION %I() FROM PUBLIC', sealing);
    FOREACH event IN ARRAY ARRAY['insert', 'update'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION %I()',
                       'seal_' || event, event, target, sealing);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, 'seal_' || event);
    END LOOP;
END
$$;

SELECT make_sealed(t.tgrelid) FROM pg_trigger t WHERE t.tgname = 'seal_insert' AND NOT t.tgisinternal;
