DROP TRIGGER seal_insert ON outbox;
DROP TRIGGER seal_update ON outbox;
DROP FUNCTION seal_outbox();
DROP TRIGGER append_only ON outbox;
DROP TRIGGER append_only_whole ON outbox;
DROP TRIGGER keep_queued_mail ON outbox;
DROP FUNCTION keep_queued_mail();
