-- To whom a mail went, and of what, is kept as it was written; each of its steps is sealed as those of other rows with states are.
CREATE FUNCTION keep_queued_mail() RETURNS trigger
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
COMMENT ON FUNCTION keep_queued_mail() IS 'Behind the trigger of outbox: a mail keeps its cause, its recipient and, once it has a domain, its Message-ID.';
CREATE TRIGGER keep_queued_mail BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION keep_queued_mail();
ALTER TABLE outbox ENABLE ALWAYS TRIGGER keep_queued_mail;

SELECT keep_for_good('outbox');
SELECT make_sealed('outbox'), seal_standing_rows('outbox');
