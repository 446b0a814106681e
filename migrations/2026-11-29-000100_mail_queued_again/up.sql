ALTER TABLE outbox
    ADD COLUMN queued_again_at timestamptz,
    ADD COLUMN queued_again_by integer REFERENCES originators,
    ADD CONSTRAINT who_queued_a_mail_again_is_named CHECK ((queued_again_at IS NULL) = (queued_again_by IS NULL));
COMMENT ON COLUMN outbox.queued_again_at IS 'When somebody last queued it again after it was given up; its attempts count from there.';
