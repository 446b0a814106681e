-- Who moved an office's earnings to another party, and on what decision; who approved a tariff and put it in force, and when.
CREATE FUNCTION alter_sealed_table(target regclass, change text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = public, pg_catalog, pg_temp
    SET timezone = 'UTC'
    SET datestyle = 'ISO, YMD'
    SET bytea_output = 'hex'
AS $$
DECLARE
    broken text[] := ARRAY(SELECT b.row_key FROM broken_seals(target, 0, 1, 2147483647) b);
BEGIN
    EXECUTE format('ALTER TABLE %s %s', target, change);
    EXECUTE format(
        'INSERT INTO row_seals (relation, keys, digests, login, humble)
         SELECT %L, array_agg(%s), array_agg(row_digest(w::text)), ''migration'', true FROM %s w WHERE %s <> ALL ($1) HAVING count(*) > 0',
        (SELECT c.relname FROM pg_class c WHERE c.oid = target), key_expression(target), target, key_expression(target))
    USING broken;
END
$$;
COMMENT ON FUNCTION alter_sealed_table(regclass, text) IS 'Changes the columns of a sealed table and seals its rows anew; a row whose seal was broken before stays broken.';
REVOKE ALL ON FUNCTION alter_sealed_table(regclass, text) FROM PUBLIC;

SELECT alter_sealed_table('bindings', 'ADD COLUMN deciding_body text, ADD COLUMN decision text, ADD COLUMN originator_id integer REFERENCES originators');
ALTER TABLE bindings ADD CONSTRAINT a_binding_rests_on_a_decision
    CHECK (deciding_body IS NOT NULL AND decision IS NOT NULL AND originator_id IS NOT NULL) NOT VALID;
COMMENT ON COLUMN bindings.deciding_body IS 'Who decided; empty only of bindings made before this was kept.';
COMMENT ON COLUMN bindings.decision IS 'The reference of the decision, such as the number of the letter.';

SELECT alter_sealed_table('tariff_versions', 'ADD COLUMN approved_at timestamptz, ADD COLUMN published_by integer REFERENCES originators, ADD COLUMN published_at timestamptz');
COMMENT ON COLUMN tariff_versions.approved_at IS 'Empty of a draft, and of what was approved before this was kept.';
COMMENT ON COLUMN tariff_versions.published_at IS 'When it was put in force; empty before, and of what was published before this was kept.';
GRANT UPDATE (approved_at, published_by, published_at) ON tariff_versions TO daftar_app;
