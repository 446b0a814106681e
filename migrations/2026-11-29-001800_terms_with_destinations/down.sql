DROP INDEX terms_with_destinations;
