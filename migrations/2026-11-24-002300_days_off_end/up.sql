-- A weekly day off is stated for good where nobody knows yet until when the law will have it. It ends once.
CREATE FUNCTION keep_day_off() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.calendar, NEW.iso_weekday, NEW.valid_from) IS DISTINCT FROM (OLD.calendar, OLD.iso_weekday, OLD.valid_from)
       OR OLD.valid_until IS NOT NULL
    THEN
        RAISE EXCEPTION 'a day off of % is kept as it was stated, and ends once', OLD.calendar
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_day_off_ends_once', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER append_only ON weekends;
CREATE TRIGGER append_only BEFORE DELETE ON weekends FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep_day_off BEFORE UPDATE ON weekends FOR EACH ROW EXECUTE FUNCTION keep_day_off();
ALTER TABLE weekends ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE weekends ENABLE ALWAYS TRIGGER keep_day_off;
ALTER TABLE weekends ADD CONSTRAINT day_off_validity_is_half_open CHECK (valid_until > valid_from);
GRANT UPDATE (valid_until) ON weekends TO daftar_app;
COMMENT ON COLUMN weekends.valid_until IS 'Exclusive; an open end is closed once.';
