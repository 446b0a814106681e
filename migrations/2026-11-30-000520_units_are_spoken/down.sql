SELECT alter_sealed_table('currency_units', 'DROP COLUMN spoken_fa, DROP COLUMN spoken_en, DROP COLUMN spoken_digits_dropped');
