DROP TRIGGER keep_given_token ON tokens;
DROP FUNCTION keep_given_token();
DO $$
DECLARE
    sealed text;
BEGIN
    FOREACH sealed IN ARRAY ARRAY['tokens', 'instruments', 'roles', 'holidays', 'weekends'] LOOP
        EXECUTE format('DROP TRIGGER seal_insert ON %I', sealed);
        EXECUTE format('DROP TRIGGER seal_update ON %I', sealed);
    END LOOP;
END
$$;
