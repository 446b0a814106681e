-- Sealing a window writes ten thousands of rows to these tables, and a foreign key looks for each of them by itself: that took
-- as long as writing them. What they refer to cannot be deleted or numbered anew, so that it is enough to look once a statement.
CREATE FUNCTION check_references_at_once(target regclass) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    relation name := (SELECT c.relname FROM pg_class c WHERE c.oid = target);
    checking name := 'refuse_dangling_' || relation;
    checks text := '';
    reference record;
BEGIN
    FOR reference IN
        SELECT c.conname, c.confrelid::regclass::text AS referred, here.attname AS here, there.attname AS there
          FROM pg_constraint c
          JOIN pg_attribute here ON here.attrelid = c.conrelid AND here.attnum = c.conkey[1]
          JOIN pg_attribute there ON there.attrelid = c.confrelid AND there.attnum = c.confkey[1]
         WHERE c.conrelid = target AND c.contype = 'f'
         ORDER BY c.conname
    LOOP
        checks := checks || format($check$
            IF EXISTS (SELECT FROM written w WHERE w.%1$I IS NOT NULL AND NOT EXISTS (SELECT FROM public.%2$s r WHERE r.%3$I = w.%1$I)) THEN
                RAISE foreign_key_violation USING TABLE = %4$L, CONSTRAINT = %5$L, COLUMN = %6$L,
                    MESSAGE = %7$L;
            END IF;$check$, reference.here, reference.referred, reference.there, relation, reference.conname, reference.here,
            format('%s of %s refers to nothing in %s: "%s"', reference.here, relation, reference.referred, reference.conname));
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, reference.conname);
    END LOOP;
    EXECUTE format($function$
        CREATE FUNCTION %I() RETURNS trigger
            LANGUAGE plpgsql
            SET search_path = pg_catalog, pg_temp
        AS $body$
        BEGIN%s
            RETURN NULL;
        END
        $body$
        $function$, checking, checks);
    EXECUTE format('CREATE TRIGGER refuse_dangling AFTER INSERT ON %s REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION %I()',
                   target, checking);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_dangling', target);
END
$$;
COMMENT ON FUNCTION check_references_at_once(regclass) IS 'Replaces the foreign keys of an append-only table by one trigger that fails under their names. Only for references to rows that cannot be deleted or numbered anew.';
REVOKE ALL ON FUNCTION check_references_at_once(regclass) FROM PUBLIC;

SELECT check_references_at_once(t) FROM unnest(ARRAY['accounts', 'journals', 'entries', 'window_totals']::regclass[]) AS t;
