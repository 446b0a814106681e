DECLARE totals NO SCROLL CURSOR FOR
SELECT party_id, deposit_identifier, unit_id, earlier, service_ids, sides, transaction_kinds, component_kinds, counts, sums
  FROM window_totals WHERE window_id = $1
