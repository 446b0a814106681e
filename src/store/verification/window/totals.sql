-- An array with a NULL in it comes as an empty one: then its row has no lines.
DECLARE totals NO SCROLL CURSOR FOR
SELECT party_id, deposit_identifier, unit_id, earlier,
       CASE WHEN array_position(service_ids, NULL) IS NULL THEN service_ids ELSE '{}' END AS service_ids,
       CASE WHEN array_position(sides, NULL) IS NULL THEN sides ELSE '{}' END AS sides,
       CASE WHEN array_position(transaction_kinds, NULL) IS NULL THEN transaction_kinds ELSE '{}' END AS transaction_kinds,
       CASE WHEN array_position(component_kinds, NULL) IS NULL THEN component_kinds ELSE '{}' END AS component_kinds,
       CASE WHEN array_position(counts, NULL) IS NULL THEN counts ELSE '{}' END AS counts,
       CASE WHEN array_position(sums, NULL) IS NULL THEN sums ELSE '{}' END AS sums
  FROM window_totals WHERE window_id = $1
