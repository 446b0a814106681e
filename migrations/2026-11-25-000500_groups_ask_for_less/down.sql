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
    SET plan_cache_mode = force_generic_plan
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
