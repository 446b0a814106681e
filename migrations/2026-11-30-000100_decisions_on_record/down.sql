SELECT alter_sealed_table('tariff_versions', 'DROP COLUMN approved_at, DROP COLUMN published_by, DROP COLUMN published_at');
SELECT alter_sealed_table('bindings', 'DROP COLUMN deciding_body, DROP COLUMN decision, DROP COLUMN originator_id');
DROP FUNCTION alter_sealed_table(regclass, text);
