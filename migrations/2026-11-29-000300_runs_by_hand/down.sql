ALTER TABLE job_runs DROP COLUMN by_hand;
