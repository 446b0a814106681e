-- What single posts and new answers cost: seals that are planned once, sums of shares without a query, and new answers stored
-- by the statement that books with them.
CREATE OR REPLACE FUNCTION amounts_sum(amounts bigint[]) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    amount bigint;
    total numeric := 0;
BEGIN
    FOREACH amount IN ARRAY amounts LOOP
        total := total + coalesce(amount, 0);
    END LOOP;
    RETURN total;
END
$$;

CREATE OR REPLACE FUNCTION row_digest(written text) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT ('x' || encode(substr(sha256(convert_to(written, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint $$;
COMMENT ON FUNCTION row_digest(text) IS 'First 8 bytes of the SHA-256 of a row''s text. Stable, as convert_to is: then it is planned as a part of the query that asks for it.';

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
COMMENT ON FUNCTION make_sealed(regclass) IS 'Seals every row that is written to a table from now on, by a function of the table''s own, whose plan a session keeps. A migration that changes the columns of such a table seals its rows anew.';

SELECT make_sealed(t.tgrelid) FROM pg_trigger t WHERE t.tgname = 'seal_insert' AND NOT t.tgisinternal;
DROP FUNCTION seal_rows();

CREATE OR REPLACE FUNCTION intern_answers(texts text[], version_ids integer[], asked_amounts bigint[], quantities integer[],
                               legs text[], read_facts_places integer[], source_terms text[], source_amounts text[],
                               leg_terms text[], leg_amounts text[], totals bigint[],
                               OUT facts_ids integer[], OUT allocation_ids bigint[])
    LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF EXISTS (SELECT FROM unnest(texts) AS t WHERE (SELECT f.id FROM facts f WHERE f.canonical = t) IS NULL) THEN
        INSERT INTO facts (canonical) SELECT t FROM unnest(texts) AS t ORDER BY t ON CONFLICT DO NOTHING;
    END IF;
    facts_ids := ARRAY(SELECT (SELECT f.id FROM facts f WHERE f.canonical = t)
                         FROM unnest(texts) WITH ORDINALITY AS u (t, place) ORDER BY place);

    BEGIN
        allocation_ids := ARRAY(SELECT nextval('allocations_id_seq') FROM unnest(version_ids));
        INSERT INTO allocations (id, kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id,
                                 source_terms, source_amounts, leg_terms, leg_amounts, total)
        OVERRIDING SYSTEM VALUE
        SELECT a.id, 1, a.version_id, a.asked, a.quantity, a.leg, facts_ids[a.read_facts_place],
               a.source_terms::smallint[], a.source_amounts::bigint[], a.leg_terms::smallint[], a.leg_amounts::bigint[], a.total
          FROM unnest(allocation_ids, version_ids, asked_amounts, quantities, legs, read_facts_places, source_terms,
                      source_amounts, leg_terms, leg_amounts, totals)
               AS a (id, version_id, asked, quantity, leg, read_facts_place, source_terms, source_amounts, leg_terms,
                     leg_amounts, total)
         ORDER BY 3, 4, 5, 6, 7;
    EXCEPTION WHEN unique_violation THEN
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
    END;
END
$$;
COMMENT ON FUNCTION intern_answers IS 'The ids of facts and of answered questions in their order, stored now if they were not: all answers as new ones, which spares looking each up, or, if some are there, each by itself. Writers store in the order of the keys: others lock each other out. Never by a join, which, planned before there are statistics, reads the whole table, and never by a plan for each call, which would cost more than the call.';

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
                               principal_sums bigint[], digests bytea[],
                               new_allocation_ids bigint[], version_ids integer[], asked_amounts bigint[],
                               quantities integer[], legs text[], read_facts_ids integer[], source_terms text[],
                               source_amounts text[], leg_terms text[], leg_amounts text[], totals bigint[],
                               spare_allocations integer,
                               OUT spare_batch_ids bigint[], OUT spare_allocation_ids bigint[])
    LANGUAGE plpgsql
AS $$
DECLARE
    stored integer;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock_class, ascending.id)
       FROM (SELECT n::integer AS id FROM unnest(networks) AS n ORDER BY n) ascending;
    IF EXISTS (SELECT
                 FROM unnest(networks, versions, open_windows) AS remembered (network_id, version, window_id)
                 LEFT JOIN network_rules r USING (network_id, version)
                 LEFT JOIN windows w ON w.id = remembered.window_id AND w.starts_at <= booking_at AND w.ends_at > booking_at
                 LEFT JOIN window_closings c ON c.window_id = w.id
                WHERE r.network_id IS NULL OR w.id IS NULL OR c.window_id IS NOT NULL) THEN
        RETURN;
    END IF;
    IF cardinality(new_allocation_ids) > 0 THEN
        INSERT INTO allocations (id, kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id,
                                 source_terms, source_amounts, leg_terms, leg_amounts, total)
        OVERRIDING SYSTEM VALUE
        SELECT a.id, 1, a.version_id, a.asked, a.quantity, a.leg, a.read_facts_id, a.source_terms::smallint[],
               a.source_amounts::bigint[], a.leg_terms::smallint[], a.leg_amounts::bigint[], a.total
          FROM unnest(new_allocation_ids, version_ids, asked_amounts, quantities, legs, read_facts_ids, source_terms,
                      source_amounts, leg_terms, leg_amounts, totals)
               AS a (id, version_id, asked, quantity, leg, read_facts_id, source_terms, source_amounts, leg_terms,
                     leg_amounts, total)
         ORDER BY a.version_id, a.asked, a.quantity, a.leg, a.read_facts_id
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS stored = ROW_COUNT;
        IF stored < cardinality(new_allocation_ids) THEN
            RETURN;
        END IF;
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
    spare_batch_ids := ARRAY(SELECT nextval('batch_ids') FROM unnest(new_batch_ids));
    spare_allocation_ids := ARRAY(SELECT nextval('allocations_id_seq') FROM generate_series(1, spare_allocations));
END
$$;
COMMENT ON FUNCTION book_originals IS 'Books what was judged under remembered rules for remembered windows, stores the new answers that it refers to under ids that were spare, and returns ids for as many batches and for so many allocations; books nothing, and returns NULL, if a network''s rules or its open window are others by now, or if somebody else has stored an answer meanwhile. Each statement sees what was committed before the locks were had.';
GRANT USAGE ON SEQUENCE allocations_id_seq TO daftar_app;
