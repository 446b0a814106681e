-- Who may ask, and what tariffs and due dates rest on, is sealed as the rest of the register is.
SELECT make_sealed(t), seal_standing_rows(t)
  FROM unnest(ARRAY['tokens', 'instruments', 'roles', 'holidays', 'weekends']::regclass[]) AS t;

CREATE FUNCTION keep_given_token() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.id, NEW.originator_id, NEW.hash, NEW.scope, NEW.created_at, NEW.expires_at)
       IS DISTINCT FROM (OLD.id, OLD.originator_id, OLD.hash, OLD.scope, OLD.created_at, OLD.expires_at)
       OR OLD.revoked_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'token % is kept as it was given, and revoked once', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_token_is_only_revoked', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_given_token() IS 'Behind the trigger of tokens: a token is given once, and taken back once.';
CREATE TRIGGER keep_given_token BEFORE UPDATE ON tokens FOR EACH ROW EXECUTE FUNCTION keep_given_token();
ALTER TABLE tokens ENABLE ALWAYS TRIGGER keep_given_token;
