-- An approval may be committed while a verification goes on, with an earlier moment: what a verification saw is noted by name.
ALTER TABLE verifications
    ADD COLUMN settlement_id integer REFERENCES settlements,
    ADD COLUMN run_id bigint REFERENCES job_runs;
COMMENT ON COLUMN verifications.settlement_id IS 'The approved settlement of the window that was verified with it; empty where none was seen.';
COMMENT ON COLUMN verifications.run_id IS 'The run of the nightly job that noted it; empty where it was asked for by hand.';
