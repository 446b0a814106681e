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

CREATE TABLE row_seals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation text NOT NULL,
    keys text[] NOT NULL,
    digests bigint[] NOT NULL,
    login text NOT NULL,
    humble boolean NOT NULL,
    CONSTRAINT each_sealed_row_has_its_digest CHECK (cardinality(keys) = cardinality(digests))
);
CREATE INDEX row_seals_of_a_table ON row_seals (relation, id);
COMMENT ON TABLE row_seals IS 'What the rows of protected tables were when they were written, for tables that cannot be recomputed from others: written by their triggers, one row per statement. Of several seals of a key the last one counts.';
COMMENT ON COLUMN row_seals.keys IS 'Primary keys, their columns joined by colons.';
COMMENT ON COLUMN row_seals.digests IS 'First 8 bytes of the SHA-256 of each row''s text.';
COMMENT ON COLUMN row_seals.humble IS 'Whether the login was no superuser: such a one has no business in these tables.';

CREATE FUNCTION row_digest(written text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ('x' || encode(substr(sha256(convert_to(written, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint $$;
COMMENT ON FUNCTION row_digest(text) IS 'First 8 bytes of the SHA-256 of a row''s text.';

CREATE FUNCTION seal_rows() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET bytea_output = 'hex'
AS $$
DECLARE
    sealed_keys text[];
    sealed_digests bigint[];
BEGIN
    EXECUTE format('SELECT array_agg(%s), array_agg(public.row_digest(w::text)) FROM written w', TG_ARGV[0])
       INTO sealed_keys, sealed_digests;
    IF sealed_keys IS NOT NULL THEN
        INSERT INTO public.row_seals (relation, keys, digests, login, humble)
        SELECT TG_TABLE_NAME, sealed_keys, sealed_digests, session_user, NOT r.rolsuper
          FROM pg_roles r WHERE r.rolname = session_user;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION seal_rows() IS 'Behind the seal triggers; its argument is the expression of the key.';

CREATE FUNCTION key_expression(target regclass) RETURNS text
    LANGUAGE sql STABLE
AS $$
    SELECT format('concat_ws('':'', %s)', string_agg(format('w.%I', a.attname), ', ' ORDER BY k.place))
      FROM pg_index i
     CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
     WHERE i.indrelid = target AND i.indisprimary
$$;
COMMENT ON FUNCTION key_expression(regclass) IS 'The primary key of a row w as one text.';

CREATE FUNCTION make_sealed(target regclass) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    event text;
BEGIN
    FOREACH event IN ARRAY ARRAY['insert', 'update'] LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION seal_rows(%L)',
                       'seal_' || event, event, target, key_expression(target));
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, 'seal_' || event);
    END LOOP;
END
$$;
COMMENT ON FUNCTION make_sealed(regclass) IS 'Seals every row that is written to a table from now on. A migration that changes the columns of such a table seals its rows anew.';

CREATE FUNCTION broken_seals(target regclass, part integer, parts integer, rows_max integer)
    RETURNS TABLE (row_key text, is_there boolean, is_sealed boolean, login text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET bytea_output = 'hex'
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH sealed AS (
             SELECT s.key, (array_agg(s.digest ORDER BY s.id DESC))[1] AS digest, min(s.login) FILTER (WHERE NOT s.humble) AS login
               FROM (SELECT r.id, r.login, r.humble, u.key, u.digest
                       FROM public.row_seals r CROSS JOIN unnest(r.keys, r.digests) AS u (key, digest)
                      WHERE r.relation = %L) s
              WHERE abs(hashtext(s.key)::bigint) %% $2 = $1
              GROUP BY s.key
         ), present AS (
             SELECT p.key, public.row_digest(p.written) AS digest
               FROM (SELECT %s AS key, w::text AS written FROM %s w) p
              WHERE abs(hashtext(p.key)::bigint) %% $2 = $1
         )
         SELECT key, p.digest IS NOT NULL, s.digest IS NOT NULL, s.login
           FROM present p FULL JOIN sealed s USING (key)
          WHERE p.digest IS DISTINCT FROM s.digest OR s.login IS NOT NULL
          ORDER BY key LIMIT $3',
        (SELECT c.relname FROM pg_class c WHERE c.oid = target), public.key_expression(target), target)
    USING part, parts, rows_max;
END
$$;
COMMENT ON FUNCTION broken_seals(regclass, integer, integer, integer) IS 'Rows of a sealed table that are not as they were written, are gone, were never sealed, or were written by a superuser; of the keys whose hash falls into one part of so many.';
SELECT make_append_only('row_seals');
REVOKE INSERT ON row_seals FROM daftar_app;
REVOKE ALL ON FUNCTION make_sealed(regclass), seal_rows() FROM PUBLIC;
