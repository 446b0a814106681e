-- The transactions of window $1 in the batches $2 to $3, in the order in which their leaves were digested.
DECLARE portion NO SCROLL CURSOR FOR
SELECT t.allocation_id, t.batch_id, t.original_id, t.amount, t.principal, t.leaf, t.occurred_at, t.received_at,
       t.office_id, t.sender_id, t.service_id, t.licence_id, t.binding_id, t.facts_id, t.window_id, t.line,
       t.network_id, t.kind, t.holder, t.reference, t.citizen
  FROM transactions t
 WHERE t.window_id = $1 AND t.batch_id BETWEEN $2 AND $3
 ORDER BY t.batch_id, t.line
