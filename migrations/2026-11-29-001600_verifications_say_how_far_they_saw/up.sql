-- A night reads of the great tables what came since the last good one, and by turns a part of the rest.
ALTER TABLE verifications
    ADD COLUMN allocations_until bigint,
    ADD COLUMN batches_until bigint,
    ADD COLUMN journals_until bigint,
    ADD CONSTRAINT only_the_house_is_seen_so_far
        CHECK (window_id IS NULL OR num_nonnulls(allocations_until, batches_until, journals_until) = 0);
COMMENT ON COLUMN verifications.allocations_until IS 'Up to which id allocations were found good when the register and the books were recomputed.';
COMMENT ON COLUMN verifications.batches_until IS 'Up to which id batches were, as to whose transactions they are.';
COMMENT ON COLUMN verifications.journals_until IS 'Up to which id journals were.';
GRANT SELECT ON SEQUENCE allocations_id_seq, batch_ids, journals_id_seq TO daftar_app;
CREATE INDEX journals_of_a_window ON journals USING brin (window_id) WITH (pages_per_range = 32, autosummarize = on);
