-- What recorders say a thousand times a second, each in one round trip.

CREATE FUNCTION intern_answers(texts text[], version_ids integer[], asked_amounts bigint[], quantities integer[], legs text[],
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
