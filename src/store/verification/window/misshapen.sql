-- Rows of the totals of window $1 whose arrays are not the lines that sealing writes. $2 rows at most.
SELECT 'window_totals' AS relation, concat_ws(':', window_id, party_id, deposit_identifier, unit_id, earlier) AS row_key,
       'its arrays' AS what, 'empty, of several lengths or with a NULL' AS stored, 'an element each for each of its lines' AS expected
  FROM window_totals
 WHERE window_id = $1
   AND (cardinality(service_ids) = 0
    OR NOT cardinality(service_ids) = ALL (ARRAY[cardinality(sides), cardinality(transaction_kinds), cardinality(component_kinds),
                                                 cardinality(counts), cardinality(sums)])
    OR array_position(service_ids, NULL) IS NOT NULL OR array_position(sides, NULL) IS NOT NULL
    OR array_position(transaction_kinds, NULL) IS NOT NULL OR array_position(component_kinds, NULL) IS NOT NULL
    OR array_position(counts, NULL) IS NOT NULL OR array_position(sums, NULL) IS NOT NULL)
 LIMIT $2
