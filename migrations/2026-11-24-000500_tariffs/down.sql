DROP TABLE tariff_terms, tariff_versions;
DROP FUNCTION keep_published_tariff();
