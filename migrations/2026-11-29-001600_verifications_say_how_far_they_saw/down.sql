DROP INDEX journals_of_a_window;
REVOKE SELECT ON SEQUENCE allocations_id_seq, batch_ids, journals_id_seq FROM daftar_app;
ALTER TABLE verifications
    DROP CONSTRAINT only_the_house_is_seen_so_far,
    DROP COLUMN allocations_until,
    DROP COLUMN batches_until,
    DROP COLUMN journals_until;
