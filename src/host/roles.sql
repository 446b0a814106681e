-- Roles belong to the whole cluster, migrations to one database: so roles are made here and migrations only grant.
-- Another database of the cluster may be migrated at the same moment.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'daftar_owner') THEN
        CREATE ROLE daftar_owner NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'daftar_app') THEN
        CREATE ROLE daftar_app LOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- A login that may make roles but is no superuser needs the owner's hat to migrate.
DO $$ BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT daftar_owner TO CURRENT_USER;
    END IF;
END $$;
