DROP TABLE submission_rows, submissions, quarantine, transactions, batches, allocations, facts;
DROP SEQUENCE batch_ids;
DROP FUNCTION keep_quarantined_row();
