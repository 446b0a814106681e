REVOKE USAGE ON SEQUENCE allocations_id_seq FROM daftar_app;
DROP FUNCTION book_originals;
CREATE FUNCTION book_originals(lock_class integer, networks smallint[], versions bigint[], open_windows integer[],
                               booking_at timestamptz,
                               allocation_ids bigint[], batch_ids bigint[], original_ids bigint[], amounts bigint[],
                               principals bigint[], leaves bigint[], occurred_at timestamptz[], received_at timestamptz[],
                               office_ids integer[], sender_ids integer[], service_ids integer[], licence_ids integer[],
                               binding_ids integer[], facts_ids integer[], window_ids integer[], lines smallint[],
                               network_ids smallint[], kinds smallint[], holders smallint[], refs text[],
                               citizens bytea[],
                               new_batch_ids bigint[], batch_window_ids integer[], unit_ids smallint[],
                               booked_at timestamptz[], row_counts integer[], amount_sums bigint[],
                               principal_sums bigint[], digests bytea[]) RETURNS bigint[]
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_class, ascending.id)
       FROM (SELECT n::integer AS id FROM unnest(networks) AS n ORDER BY n) ascending;
    IF EXISTS (SELECT
                 FROM unnest(networks, versions, open_windows) AS remembered (network_id, version, window_id)
                 LEFT JOIN network_rules r USING (network_id, version)
                 LEFT JOIN windows w ON w.id = remembered.window_id AND w.starts_at <= booking_at AND w.ends_at > booking_at
                 LEFT JOIN window_closings c ON c.window_id = w.id
                WHERE r.network_id IS NULL OR w.id IS NULL OR c.window_id IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM enter_transactions($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
                               $25, $26, $27, $28, $29, $30, $31, $32, $33, $34);
    IF EXISTS (SELECT FROM quarantine q WHERE q.state = 'waiting') THEN
        UPDATE quarantine q
           SET state = 'superseded', decided_by = q.sender_id, decided_at = booking_at
          FROM unnest(office_ids, sender_ids, refs) AS k (office_id, sender_id, reference)
          JOIN offices o ON o.id = k.office_id
         WHERE q.office_code = o.code AND q.sender_id = k.sender_id AND q.reference = k.reference AND q.state = 'waiting';
    END IF;
    RETURN ARRAY(SELECT nextval('batch_ids') FROM unnest(new_batch_ids));
END
$$;
COMMENT ON FUNCTION book_originals IS 'Books what was judged under remembered rules for remembered windows and returns ids for as many batches; nothing, and NULL, if a network''s rules or its open window are others by now. Each statement sees what was committed before the locks were had.';

CREATE OR REPLACE FUNCTION intern_answers(texts text[], version_ids integer[], asked_amounts bigint[], quantities integer[], legs text[],
                               read_facts_places integer[], source_terms text[], source_amounts text[], leg_terms text[],
                               leg_amounts text[], totals bigint[],
                               OUT facts_ids integer[], OUT allocation_ids bigint[])
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(texts) AS t WHERE (SELECT f.id FROM facts f WHERE f.canonical = t) IS NULL) THEN
        INSERT INTO facts (canonical) SELECT t FROM unnest(texts) AS t ORDER BY t ON CONFLICT DO NOTHING;
    END IF;
    facts_ids := ARRAY(SELECT (SELECT f.id FROM facts f WHERE f.canonical = t)
                         FROM unnest(texts) WITH ORDINALITY AS u (t, place) ORDER BY place);

    INSERT INTO allocations (kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id,
                             source_terms, source_amounts, leg_terms, leg_amounts, total)
    SELECT 1, a.version_id, a.asked, a.quantity, a.leg, facts_ids[a.read_facts_place],
           a.source_terms::smallint[], a.source_amounts::bigint[], a.leg_terms::smallint[], a.leg_amounts::bigint[], a.total
      FROM unnest(version_ids, asked_amounts, quantities, legs, read_facts_places, source_terms, source_amounts, leg_terms,
                  leg_amounts, totals)
           AS a (version_id, asked, quantity, leg, read_facts_place, source_terms, source_amounts, leg_terms, leg_amounts, total)
     ORDER BY 2, 3, 4, 5, 6
    ON CONFLICT DO NOTHING;
    allocation_ids := ARRAY(SELECT (SELECT a.id
                                      FROM allocations a
                                     WHERE a.kind = 1 AND a.tariff_version_id = q.version_id AND a.asked_amount = q.asked
                                       AND a.quantity = q.quantity AND a.activity_leg = q.leg
                                       AND a.read_facts_id = facts_ids[q.read_facts_place])
                              FROM unnest(version_ids, asked_amounts, quantities, legs, read_facts_places)
                                   WITH ORDINALITY AS q (version_id, asked, quantity, leg, read_facts_place, place)
                             ORDER BY q.place);
END
$$;
COMMENT ON FUNCTION intern_answers IS 'The ids of facts and of answered questions in their order, stored now if they were not. Writers store in the order of the keys: others lock each other out. Each is looked up by itself: a join, planned before there are statistics, reads the whole table.';

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
REVOKE ALL ON FUNCTION seal_rows() FROM PUBLIC;
CREATE OR REPLACE FUNCTION make_sealed(target regclass) RETURNS void
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

DO $$
DECLARE
    sealed regclass;
BEGIN
    FOR sealed IN SELECT t.tgrelid FROM pg_trigger t WHERE t.tgname = 'seal_insert' AND NOT t.tgisinternal LOOP
        EXECUTE format('DROP TRIGGER seal_insert ON %s', sealed);
        EXECUTE format('DROP TRIGGER seal_update ON %s', sealed);
        PERFORM make_sealed(sealed);
        EXECUTE format('DROP FUNCTION %I()', 'seal_' || (SELECT c.relname FROM pg_class c WHERE c.oid = sealed));
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION row_digest(written text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ('x' || encode(substr(sha256(convert_to(written, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint $$;
COMMENT ON FUNCTION row_digest(text) IS 'First 8 bytes of the SHA-256 of a row''s text.';

CREATE OR REPLACE FUNCTION amounts_sum(amounts bigint[]) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(sum(a), 0) FROM unnest(amounts) AS a $$;
COMMENT ON FUNCTION amounts_sum(bigint[]) IS 'The exact sum of an array of amounts.';
