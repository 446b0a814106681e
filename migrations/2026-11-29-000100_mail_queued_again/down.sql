ALTER TABLE outbox DROP COLUMN queued_again_at, DROP COLUMN queued_again_by;
