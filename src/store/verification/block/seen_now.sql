-- The greatest id of each of the great tables that its sequence has handed out; none where the sequence is gone.
SELECT (SELECT max(id) FROM allocations WHERE id <= pg_sequence_last_value(to_regclass('allocations_id_seq'))) AS allocations_until,
       (SELECT max(id) FROM batches WHERE id <= pg_sequence_last_value(to_regclass('batch_ids'))) AS batches_until,
       (SELECT max(id) FROM journals WHERE id <= pg_sequence_last_value(to_regclass('journals_id_seq'))) AS journals_until
