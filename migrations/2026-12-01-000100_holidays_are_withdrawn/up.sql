-- A holiday that was mistyped, or that was called off, is withdrawn, and may be entered again. Nothing of it is edited: each step is
-- a row of its own, and the last one says whether the holiday stands.
CREATE TABLE holiday_revisions (
    calendar text NOT NULL,
    day date NOT NULL,
    ordinal smallint NOT NULL,
    withdrawn boolean NOT NULL,
    name_fa text NOT NULL,
    name_en text NOT NULL,
    made_by integer NOT NULL REFERENCES originators,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (calendar, day, ordinal),
    CONSTRAINT only_a_holiday_that_was_entered_is_revised FOREIGN KEY (calendar, day) REFERENCES holidays,
    CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200)
);
COMMENT ON TABLE holiday_revisions IS 'What became of a holiday after it was entered: withdrawn, entered again, withdrawn again. Without a row it stands.';
COMMENT ON COLUMN holiday_revisions.ordinal IS 'From 1, without a gap; of a day the last one counts.';
COMMENT ON COLUMN holiday_revisions.withdrawn IS 'False where the holiday was entered again.';
COMMENT ON COLUMN holiday_revisions.made_at IS 'Due dates that were worked out before stay as they were told.';

CREATE FUNCTION revise_holiday_in_turn() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    revisions bigint := (SELECT count(*) FROM public.holiday_revisions r WHERE r.calendar = NEW.calendar AND r.day = NEW.day);
BEGIN
    IF NEW.ordinal <> revisions + 1 OR NEW.withdrawn <> (revisions % 2 = 0) THEN
        RAISE EXCEPTION 'the holiday % of % is withdrawn and entered again in turn', NEW.day, NEW.calendar
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_holiday_is_withdrawn_and_entered_again_in_turn', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION revise_holiday_in_turn() IS 'Behind the trigger of holiday_revisions: only what stands is withdrawn, and only what was withdrawn is entered again.';
CREATE TRIGGER revise_holiday_in_turn BEFORE INSERT ON holiday_revisions FOR EACH ROW EXECUTE FUNCTION revise_holiday_in_turn();
ALTER TABLE holiday_revisions ENABLE ALWAYS TRIGGER revise_holiday_in_turn;

SELECT make_append_only('holiday_revisions');
SELECT make_sealed_by_row('holiday_revisions');
