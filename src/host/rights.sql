-- What the owner needs in this database to make tables, types and extensions.
DO $$ BEGIN
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO daftar_owner', current_database());
END $$;
GRANT USAGE, CREATE ON SCHEMA public TO daftar_owner;
