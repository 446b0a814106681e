SELECT current_user::text AS role,
       rolsuper OR rolbypassrls AS is_mighty,
       EXISTS (SELECT FROM pg_class
               WHERE relnamespace = 'public'::regnamespace
                 AND relkind IN ('r', 'p')
                 AND pg_has_role(current_user, relowner, 'MEMBER')) AS owns_tables,
       current_setting('lc_messages') AS messages
FROM pg_roles
WHERE rolname = current_user
