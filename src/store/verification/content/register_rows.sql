-- How many rows there are of what is read as a whole.
SELECT (SELECT count(*) FROM windows) + (SELECT count(*) FROM offices) + (SELECT count(*) FROM services)
     + (SELECT count(*) FROM originators) + (SELECT count(*) FROM licences) + (SELECT count(*) FROM tariff_terms) AS rows
