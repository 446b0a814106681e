-- Single posts: ids for batches come many at a time, locks are taken without a query, a network is looked at without a join of arrays,
-- and that somebody else has stored an answer is not looked for before.
CREATE OR REPLACE FUNCTION amounts_sum(amounts bigint[]) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    amount bigint;
    total bigint := 0;
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
