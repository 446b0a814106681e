-- The night looks at what was sealed since the last good one and at a part of what is older, without reading all seals: they are
-- found by their keys. A batch is sealed by itself, a thousand times a second; an entry of a small index costs it least.
CREATE INDEX seals_of_a_batch ON row_seals ((keys[1])) WHERE relation = 'batches' AND cardinality(keys) = 1;
CREATE INDEX seals_of_a_key ON row_seals USING gin (keys) WHERE relation <> 'batches' OR cardinality(keys) > 1;
CREATE INDEX journals_of_a_window ON journals (window_id);

ALTER TABLE verifications ADD COLUMN seals_until bigint;
COMMENT ON COLUMN verifications.seals_until IS 'The newest row seal when the register and the books were verified: what is newer has its turn in the next night.';

CREATE FUNCTION broken_seals_of(target regclass, wanted text[], rows_max integer)
    RETURNS TABLE (row_key text, is_there boolean, is_sealed boolean, login text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET bytea_output = 'hex'
    SET enable_seqscan = off
AS $$
DECLARE
    query text := format(
            'WITH of_wanted AS MATERIALIZED (
                 SELECT r.id, r.keys, r.digests, r.login, r.humble FROM public.row_seals r
                  WHERE r.relation = %1$L AND r.relation = ''batches'' AND cardinality(r.keys) = 1 AND r.keys[1] = ANY ($1)
                 UNION ALL
                 SELECT r.id, r.keys, r.digests, r.login, r.humble FROM public.row_seals r
                  WHERE r.relation || '''' = %1$L AND (r.relation <> ''batches'' OR cardinality(r.keys) > 1) AND r.keys && $1
             ), sealed AS (
                 SELECT u.key, (array_agg(u.digest ORDER BY s.id DESC))[1] AS digest, min(s.login) FILTER (WHERE NOT s.humble) AS login
                   FROM of_wanted s CROSS JOIN unnest(s.keys, s.digests) AS u (key, digest)
                  WHERE u.key = ANY ($1)
                  GROUP BY u.key
             ), present AS (
                 SELECT w.%3$I::text AS key, public.row_digest(w::text) AS digest FROM %2$s w WHERE w.%3$I = ANY ($1::bigint[])
             )
             SELECT key, p.digest IS NOT NULL, s.digest IS NOT NULL, s.login
               FROM present p FULL JOIN sealed s USING (key)
              WHERE p.digest IS DISTINCT FROM s.digest OR s.login IS NOT NULL
              ORDER BY key LIMIT $2',
            (SELECT c.relname FROM pg_class c WHERE c.oid = target), target,
            (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
              WHERE i.indrelid = target AND i.indisprimary));
    slice CONSTANT integer := 500;
    told integer := 0;
    told_now integer;
BEGIN
    FOR start IN 1 .. cardinality(wanted) BY slice LOOP
        RETURN QUERY EXECUTE query USING wanted[start:start + slice - 1], rows_max;
        GET DIAGNOSTICS told_now = ROW_COUNT;
        told := told + told_now;
        EXIT WHEN told >= rows_max;
    END LOOP;
END
$$;
COMMENT ON FUNCTION broken_seals_of(regclass, text[], integer) IS 'As broken_seals, of these keys alone, for a table whose primary key is one whole number. By the indexes of keys in any case: a plan that reads the seals of the table and compares each with very many keys takes minutes, so the name of the table is kept from its index; and not many at once, for the index looks at each key again at each row.';

CREATE FUNCTION broken_seals_between(target regclass, first_key bigint, last_key bigint, rows_max integer)
    RETURNS TABLE (row_key text, is_there boolean, is_sealed boolean, login text)
    LANGUAGE sql STABLE
    SET search_path = public, pg_temp
AS $$
    SELECT * FROM broken_seals_of(target, ARRAY(SELECT g::text FROM generate_series(first_key, last_key) g), rows_max)
$$;
COMMENT ON FUNCTION broken_seals_between(regclass, bigint, bigint, integer) IS 'As broken_seals_of, of all keys in a range, both ends included: those that are there and those that should be.';

CREATE FUNCTION broken_seals_since(target regclass, first_seal bigint, last_seal bigint, rows_max integer)
    RETURNS TABLE (row_key text, is_there boolean, is_sealed boolean, login text)
    LANGUAGE sql STABLE
    SET search_path = public, pg_temp
AS $$
    SELECT * FROM broken_seals_of(target, ARRAY(SELECT DISTINCT u.key
                                                  FROM row_seals r CROSS JOIN unnest(r.keys) AS u (key)
                                                 WHERE r.relation = (SELECT c.relname FROM pg_class c WHERE c.oid = target)
                                                   AND r.id BETWEEN first_seal AND last_seal), rows_max)
$$;
COMMENT ON FUNCTION broken_seals_since(regclass, bigint, bigint, integer) IS 'As broken_seals_of, of the rows that were sealed in a range of seals.';

CREATE FUNCTION broken_seals_above(target regclass, above bigint, rows_max integer)
    RETURNS TABLE (row_key text, is_there boolean, is_sealed boolean, login text)
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    outside text[];
BEGIN
    EXECUTE format('SELECT array_agg(o.key) FROM (SELECT w.%1$I::text AS key FROM %2$s w WHERE w.%1$I > $1 OR w.%1$I < 0 LIMIT 10000) o',
                   (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                     WHERE i.indrelid = target AND i.indisprimary), target)
       INTO outside USING above;
    RETURN QUERY SELECT * FROM public.broken_seals_of(target, coalesce(outside, '{}'), rows_max);
END
$$;
COMMENT ON FUNCTION broken_seals_above(regclass, bigint, integer) IS 'As broken_seals_of, of the rows above a key and below zero, where hardly any are.';

CREATE FUNCTION greatest_sealed_key(target regclass) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    greatest_key bigint;
BEGIN
    EXECUTE format(
        'SELECT greatest(0, (SELECT max(u.key::bigint)
                               FROM (SELECT r.keys FROM public.row_seals r
                                      WHERE r.relation = %1$L AND r.humble ORDER BY r.id DESC LIMIT 100) newest
                              CROSS JOIN unnest(newest.keys) AS u (key)),
                            (SELECT max(n.key)
                               FROM (SELECT w.%3$I::bigint AS key FROM %2$s w ORDER BY w.%3$I DESC LIMIT 100) n
                              WHERE EXISTS (SELECT FROM public.row_seals r
                                             WHERE r.relation = %1$L AND r.relation = ''batches'' AND cardinality(r.keys) = 1
                                               AND r.keys[1] = n.key::text AND r.humble)
                                 OR EXISTS (SELECT FROM public.row_seals r
                                             WHERE r.relation || '''' = %1$L AND (r.relation <> ''batches'' OR cardinality(r.keys) > 1)
                                               AND r.keys && ARRAY[n.key::text] AND r.humble)))',
        (SELECT c.relname FROM pg_class c WHERE c.oid = target), target,
        (SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          WHERE i.indrelid = target AND i.indisprimary))
       INTO greatest_key;
    RETURN greatest_key;
END
$$;
COMMENT ON FUNCTION greatest_sealed_key(regclass) IS 'The greatest key, or one of the greatest, that the application sealed: a made-up row far above all others is none.';
