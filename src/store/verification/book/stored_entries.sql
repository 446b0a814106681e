, stored AS (
    SELECT max(ARRAY[j.id, e.line]) AS place, j.kind, j.cause_id, j.party_id, j.network_id, j.window_id,
           concat_ws(':', a.kind, coalesce(a.party_id, 0), a.deposit_identifier, coalesce(a.window_id, 0), a.unit_id,
                     e.side, e.transaction_kind, e.component_kind) AS meaning,
           sum(e.item_count) AS items, sum(e.amount) AS amount
      FROM journals j
      JOIN entries e ON e.journal_id = j.id
      JOIN accounts a ON a.id = e.account_id AND a.network_id = j.network_id
     WHERE true
