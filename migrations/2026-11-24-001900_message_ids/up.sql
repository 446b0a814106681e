-- What tells this database from every other: of the cluster, and of the database in it. A restored backup is the same one.
CREATE FUNCTION installation() RETURNS text
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_hex(c.system_identifier) || '-' || to_hex(d.oid::bigint)
      FROM pg_control_system() AS c, pg_database AS d
     WHERE d.datname = current_database()
$$;
COMMENT ON FUNCTION installation() IS 'Part of every Message-ID, so that the mails of two installations are never taken for one.';
COMMENT ON COLUMN outbox.message_id IS 'Its domain is added when the mail is claimed for the first time, from then on it is the same at every attempt.';
