COMMENT ON COLUMN outbox.message_id IS NULL;
DROP FUNCTION installation();
