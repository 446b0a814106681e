-- Single posts: what is booked comes as rows of its table and not as columns, since each array that is read costs the same whether
-- it holds one value or many; and a batch is sealed without a transition table, which costs more than the one row in it.
DROP FUNCTION book_originals, enter_transactions, intern_answers;

CREATE FUNCTION enter_transactions(new_transactions transactions[], new_batches batches[]) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO transactions SELECT * FROM unnest(new_transactions);
    INSERT INTO batches SELECT * FROM unnest(new_batches);
END
$$;
COMMENT ON FUNCTION enter_transactions IS 'Stores transactions with their batches. Rows ascend by key: writers of the same keys wait for each other instead of locking each other out.';

CREATE FUNCTION book_originals(lock_class integer, networks smallint[], versions bigint[], open_windows integer[],
                               booking_at timestamptz,
                               new_transactions transactions[], new_batches batches[], new_allocations allocations[],
                               spare_batches integer, spare_allocations integer,
                               OUT spare_batch_ids bigint[], OUT spare_allocation_ids bigint[])
    LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    network smallint;
    quarantine_waits boolean;
BEGIN
    FOREACH network IN ARRAY networks LOOP
        PERFORM pg_advisory_xact_lock_shared(lock_class, network::integer);
    END LOOP;
    FOR nth IN 1 .. cardinality(networks) LOOP
        -- NULL if the rules or the window are others.
        quarantine_waits := (SELECT EXISTS (SELECT FROM quarantine q WHERE q.state = 'waiting')
                               FROM network_rules r
                               JOIN windows w ON w.id = open_windows[nth]
                                             AND w.starts_at <= booking_at AND w.ends_at > booking_at
                              WHERE r.network_id = networks[nth] AND r.version = versions[nth]
                                AND NOT EXISTS (SELECT FROM window_closings c WHERE c.window_id = w.id));
        IF quarantine_waits IS NULL THEN
            RETURN;
        END IF;
    END LOOP;
    IF cardinality(new_allocations) > 0 THEN
        INSERT INTO allocations OVERRIDING SYSTEM VALUE
        SELECT * FROM unnest(new_allocations)
         ORDER BY tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id;
    END IF;
    INSERT INTO transactions SELECT * FROM unnest(new_transactions);
    INSERT INTO batches SELECT * FROM unnest(new_batches);
    IF quarantine_waits THEN
        UPDATE quarantine q
           SET state = 'superseded', decided_by = q.sender_id, decided_at = booking_at
          FROM unnest(new_transactions) AS t
          JOIN offices o ON o.id = t.office_id
         WHERE q.office_code = o.code AND q.sender_id = t.sender_id AND q.reference = t.reference AND q.state = 'waiting';
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
COMMENT ON FUNCTION book_originals IS 'Books what was judged under remembered rules for remembered windows, stores the new answers that it refers to under ids that were spare, and returns ids for so many batches and allocations; networks, and transactions by their keys, must ascend; books nothing, and returns NULL, if a network''s rules or its open window are others by now; fails with unique_violation if somebody else has stored an answer meanwhile. Each statement sees what was committed before the locks were had. It stores the rows itself: to hand them on to another function costs as much as to store two of them.';

CREATE FUNCTION intern_answers(texts text[], questions allocations[], OUT facts_ids integer[], OUT allocation_ids bigint[])
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
        allocation_ids := ARRAY(SELECT nextval('allocations_id_seq') FROM generate_series(1, cardinality(questions)));
        INSERT INTO allocations (id, kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id,
                                 source_terms, source_amounts, leg_terms, leg_amounts, total)
        OVERRIDING SYSTEM VALUE
        SELECT allocation_ids[q.ordinality], 1, q.tariff_version_id, q.asked_amount, q.quantity, q.activity_leg,
               facts_ids[q.read_facts_id], q.source_terms, q.source_amounts, q.leg_terms, q.leg_amounts, q.total
          FROM unnest(questions) WITH ORDINALITY AS q
         ORDER BY 3, 4, 5, 6, 7;
    EXCEPTION WHEN unique_violation THEN
        INSERT INTO allocations (kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id,
                                 source_terms, source_amounts, leg_terms, leg_amounts, total)
        SELECT 1, q.tariff_version_id, q.asked_amount, q.quantity, q.activity_leg, facts_ids[q.read_facts_id],
               q.source_terms, q.source_amounts, q.leg_terms, q.leg_amounts, q.total
          FROM unnest(questions) AS q
         ORDER BY 2, 3, 4, 5, 6
        ON CONFLICT DO NOTHING;
        allocation_ids := ARRAY(SELECT (SELECT a.id
                                          FROM allocations a
                                         WHERE a.kind = 1 AND a.tariff_version_id = q.tariff_version_id
                                           AND a.asked_amount = q.asked_amount AND a.quantity = q.quantity
                                           AND a.activity_leg = q.activity_leg
                                           AND a.read_facts_id = facts_ids[q.read_facts_id])
                                  FROM unnest(questions) WITH ORDINALITY AS q
                                 ORDER BY q.ordinality);
    END;
END
$$;
COMMENT ON FUNCTION intern_answers IS 'The ids of facts and of answered questions in their order, stored now if they were not: all answers as new ones, which spares looking each up, or, if some are there, each by itself. A question names the facts that it reads by their place, from 1, among the texts. Writers store in the order of the keys: others lock each other out. Never by a join, which, planned before there are statistics, reads the whole table, and never by a plan for each call, which would cost more than the call.';

CREATE FUNCTION make_sealed_by_row(target regclass) RETURNS void
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
        DECLARE
            w ALIAS FOR NEW;
        BEGIN
            INSERT INTO public.row_seals (relation, keys, digests, login, humble)
            VALUES (%L, ARRAY[%s], ARRAY[public.row_digest(w::text)], session_user,
                    NOT has_table_privilege(session_user, 'pg_authid'::regclass, 'SELECT'));
            RETURN NULL;
        END
        $body$
        $function$, sealing, relation, key_expression(target));
    EXECUTE format('REVOKE ALL ON FUNCTION %I() FROM PUBLIC', sealing);
    FOREACH event IN ARRAY ARRAY['insert', 'update'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s FOR EACH ROW EXECUTE FUNCTION %I()',
                       'seal_' || event, event, target, sealing);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, 'seal_' || event);
    END LOOP;
END
$$;
COMMENT ON FUNCTION make_sealed_by_row(regclass) IS 'As make_sealed, for a table of which a statement writes a row or two.';
REVOKE ALL ON FUNCTION make_sealed_by_row(regclass) FROM PUBLIC;
COMMENT ON TABLE row_seals IS 'What the rows of protected tables were when they were written, for tables that cannot be recomputed from others: written by their triggers, one row per statement or per row. Of several seals of a key the last one counts.';

SELECT make_sealed_by_row('batches');
