-- Who works here, and whether that login may do what roles.sql does: make the roles that are missing, and put on the owner's hat,
-- which since PostgreSQL 16 takes the right to hand it on; whoever makes a role has that.
SELECT rolname::text AS role,
       rolsuper OR (
           (rolcreaterole OR (SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('daftar_owner', 'daftar_app')))
           AND ((rolcreaterole AND current_setting('server_version_num')::int < 160000)
                OR (SELECT coalesce(bool_and(pg_has_role(oid, 'MEMBER WITH ADMIN OPTION')), true)
                      FROM pg_roles WHERE rolname = 'daftar_owner'))
       ) AS may
  FROM pg_roles
 WHERE rolname = current_user;
