SELECT alter_sealed_table('services', 'DROP COLUMN after_suspension');
