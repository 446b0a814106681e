ALTER TABLE verifications DROP COLUMN settlement_id, DROP COLUMN run_id;
