DO $$
DECLARE
    sealed text;
BEGIN
    FOREACH sealed IN ARRAY ARRAY['network_rules', 'submissions', 'submission_rows', 'verifications'] LOOP
        EXECUTE format('DROP TRIGGER seal_insert ON %I', sealed);
        EXECUTE format('DROP TRIGGER seal_update ON %I', sealed);
        EXECUTE format('DROP FUNCTION %I()', 'seal_' || sealed);
    END LOOP;
END
$$;
DROP TRIGGER append_only ON network_rules;
DROP TRIGGER append_only_whole ON network_rules;
DROP TRIGGER append_only ON submissions;
DROP TRIGGER append_only_whole ON submissions;
