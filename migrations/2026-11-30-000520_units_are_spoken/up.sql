-- How people say amounts of a unit, for display alone: ten rials are a toman.
SELECT alter_sealed_table('currency_units', 'ADD COLUMN spoken_fa text, ADD COLUMN spoken_en text, ADD COLUMN spoken_digits_dropped smallint');
ALTER TABLE currency_units
    ADD CONSTRAINT a_spoken_unit_has_names_and_digits
        CHECK (num_nulls(spoken_fa, spoken_en, spoken_digits_dropped) IN (0, 3)),
    ADD CONSTRAINT a_spoken_unit_drops_few_digits CHECK (spoken_digits_dropped BETWEEN 1 AND 6),
    ADD CONSTRAINT a_spoken_units_name_has_a_limit CHECK (length(spoken_fa) <= 200 AND length(spoken_en) <= 200);
COMMENT ON COLUMN currency_units.spoken_digits_dropped IS 'How many digits of the displayed unit the spoken one drops.';
