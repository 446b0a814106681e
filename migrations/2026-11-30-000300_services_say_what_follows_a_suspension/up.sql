-- What becomes of a service that was given although a suspension was on record is the service's to say; else its network's.
SELECT alter_sealed_table('services', 'ADD COLUMN after_suspension text CONSTRAINT service_after_suspension_is_known CHECK (after_suspension IN (''quarantine'', ''refuse''))');
COMMENT ON COLUMN services.after_suspension IS 'What becomes of a row of this service from when a restriction of the licence was recorded; empty where the network says it.';
