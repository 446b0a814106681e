SELECT make_sealed('batches');
DROP FUNCTION make_sealed_by_row(regclass);
COMMENT ON TABLE row_seals IS 'What the rows of protected tables were when they were written, for tables that cannot be recomputed from others: written by their triggers, one row per statement. Of several seals of a key the last one counts.';
DROP FUNCTION book_originals, enter_transactions, intern_answers;

CREATE FUNCTION intern_answers(texts text[], version_ids integer[], asked_amounts bigint[], quantities integer[],
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

CREATE FUNCTION enter_transactions(allocation_ids bigint[], batch_ids bigint[], original_ids bigint[], amounts bigint[],
                                   principals bigint[], leaves bigint[], occurred_at timestamptz[], received_at timestamptz[],
                                   office_ids integer[], sender_ids integer[], service_ids integer[], licence_ids integer[],
                                   binding_ids integer[], facts_ids integer[], window_ids integer[], lines smallint[],
                                   network_ids smallint[], kinds smallint[], holders smallint[], refs text[],
                                   citizens bytea[],
                                   new_batch_ids bigint[], batch_window_ids integer[], unit_ids smallint[],
                                   booked_at timestamptz[], row_counts integer[], amount_sums bigint[],
                                   principal_sums bigint[], digests bytea[]) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO transactions (allocation_id, batch_id, original_id, amount, principal, leaf, occurred_at, received_at,
                              office_id, sender_id, service_id, licence_id, binding_id, facts_id, window_id, line,
                              network_id, kind, holder, reference, citizen)
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8),
           unnest($9), unnest($10), unnest($11), unnest($12), unnest($13), unnest($14), unnest($15), unnest($16),
           unnest($17), unnest($18), unnest($19), unnest($20), unnest($21);
    INSERT INTO batches (id, window_id, unit_id, booked_at, row_count, amount_sum, principal_sum, digest)
    SELECT * FROM unnest($22, $23, $24, $25, $26, $27, $28, $29);
END
$$;
COMMENT ON FUNCTION enter_transactions IS 'Transactions by their columns, with their batches. Rows ascend by key: writers of the same keys wait for each other instead of locking each other out. Columns side by side in the list, not as one table: a function in FROM is written to a buffer first, which costs a quarter more.';

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
                               spare_batches integer, spare_allocations integer,
                               OUT spare_batch_ids bigint[], OUT spare_allocation_ids bigint[])
    LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    network smallint;
BEGIN
    FOREACH network IN ARRAY networks LOOP
        PERFORM pg_advisory_xact_lock_shared(lock_class, network::integer);
    END LOOP;
    FOR nth IN 1 .. cardinality(networks) LOOP
        IF NOT EXISTS (SELECT
                         FROM network_rules r
                         JOIN windows w ON w.id = open_windows[nth] AND w.starts_at <= booking_at AND w.ends_at > booking_at
                        WHERE r.network_id = networks[nth] AND r.version = versions[nth]
                          AND NOT EXISTS (SELECT FROM window_closings c WHERE c.window_id = w.id)) THEN
            RETURN;
        END IF;
    END LOOP;
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
         ORDER BY a.version_id, a.asked, a.quantity, a.leg, a.read_facts_id;
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
    spare_batch_ids := '{}';
    IF spare_batches > 0 THEN
        spare_batch_ids := ARRAY(SELECT nextval('batch_ids') FROM generate_series(1, spare_batches));
    END IF;
    spare_allocation_ids := '{}';
    IF spare_allocations > 0 THEN
        spare_allocation_ids := ARRAY(SELECT nextval('allocations_id_seq') FROM generate_series(1, spare_allocations));
    END IF;
END
$$;
COMMENT ON FUNCTION book_originals IS 'Books what was judged under remembered rules for remembered windows, stores the new answers that it refers to under ids that were spare, and returns ids for so many batches and allocations; the networks must ascend; books nothing, and returns NULL, if a network''s rules or its open window are others by now; fails with unique_violation if somebody else has stored an answer meanwhile. Each statement sees what was committed before the locks were had.';
