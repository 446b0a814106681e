-- Mail is kept for good, and without this column nothing says of which account it tells.
DO $$
DECLARE
    told bigint;
BEGIN
    SELECT o.id INTO told FROM outbox o WHERE o.kind = 'bank_account' ORDER BY o.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'mail % tells of a bank account, mail is kept for good, and the schema before knows none of that kind: stay with this one, or restore a backup from before', told;
    END IF;
END
$$;
CREATE OR REPLACE FUNCTION keep_queued_mail() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.statement_id, NEW.licence_id, NEW.kind, NEW.recipient, NEW.language, NEW.cause_key, NEW.queued_at)
       IS DISTINCT FROM
       (OLD.id, OLD.statement_id, OLD.licence_id, OLD.kind, OLD.recipient, OLD.language, OLD.cause_key, OLD.queued_at)
       OR (NEW.message_id <> OLD.message_id
           AND (OLD.message_id LIKE '%@%' OR split_part(NEW.message_id, '@', 1) <> OLD.message_id))
    THEN
        RAISE EXCEPTION 'mail % goes where it was addressed, under the Message-ID that it has', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mail_is_kept_as_it_was_queued', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
ALTER TABLE outbox
    DROP CONSTRAINT mail_kind_is_known,
    ADD CONSTRAINT mail_kind_is_known CHECK (kind IN ('statement', 'licence_expiry'));
SELECT alter_sealed_table('outbox', 'DROP COLUMN bank_account_id');
