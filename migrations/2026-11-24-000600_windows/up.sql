-- Windows: planned and open are read off the time; closed and sealed are rows of their own, so that nothing is ever updated.
CREATE TABLE windows (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id smallint NOT NULL REFERENCES networks,
    ordinal integer NOT NULL CONSTRAINT window_ordinal_is_positive CHECK (ordinal > 0),
    period_key text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT window_is_half_open CHECK (ends_at > starts_at),
    CONSTRAINT window_ordinals_are_unique_per_network UNIQUE (network_id, ordinal),
    CONSTRAINT windows_of_a_network_do_not_overlap EXCLUDE USING gist (network_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
COMMENT ON TABLE windows IS 'The booking interval of a network''s cycle. What moves a balance is booked in exactly one.';
COMMENT ON COLUMN windows.period_key IS 'The key of its period: j1404-07 for a Jalali month, g2025-10 for a Gregorian one, w2025-10-11 for the week from that day, 2025-10-11 for a day.';

CREATE TABLE window_closings (
    window_id integer PRIMARY KEY REFERENCES windows,
    closed_at timestamptz NOT NULL,
    originator_id integer NOT NULL REFERENCES originators
);
COMMENT ON TABLE window_closings IS 'Written under the network''s exclusive lock: nothing more is booked in the window.';

CREATE FUNCTION refuse_early_closing() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.closed_at < (SELECT w.ends_at FROM public.windows w WHERE w.id = NEW.window_id) THEN
        RAISE EXCEPTION 'window % does not end before its end', NEW.window_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_window_closes_before_its_end', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refuse_early_closing BEFORE INSERT ON window_closings FOR EACH ROW EXECUTE FUNCTION refuse_early_closing();
ALTER TABLE window_closings ENABLE ALWAYS TRIGGER refuse_early_closing;

SELECT make_append_only(t) FROM unnest(ARRAY['windows', 'window_closings']::regclass[]) AS t;
SELECT make_sealed(t) FROM unnest(ARRAY['windows', 'window_closings']::regclass[]) AS t;
