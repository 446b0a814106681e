-- What the journals of sealed window $1 post: its totals without the services.
SELECT party_id, deposit_identifier, unit_id, side, transaction_kind, component_kind,
       exact_sum(items) AS items, exact_sum(amount) AS amount
  FROM (SELECT party_id, deposit_identifier, unit_id, unnest(sides) AS side, unnest(transaction_kinds) AS transaction_kind,
               unnest(component_kinds) AS component_kind, unnest(counts) AS items, unnest(sums) AS amount
          FROM window_totals WHERE window_id = $1) line
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 1, 2, 3, 4, 5, 6
