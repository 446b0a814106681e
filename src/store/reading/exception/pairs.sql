-- Pairs of window $1: a sender used one reference at two offices, for the same service and amount. The second was booked in
-- the window, the first in it or in the one before; after the pair of second and first id ($2, $3), $4 rows at most. Neither takes anything back.
-- Which was booked first is said by the windows or, in one, by the moments of booking, and not by ids, which writers have in stock.
WITH here AS (
    SELECT id, network_id, ordinal FROM windows WHERE id = $1
), near AS MATERIALIZED (
    SELECT t.batch_id * 16384 + t.line AS id, t.batch_id, t.window_id, t.office_id, t.sender_id, t.reference, t.service_id, t.amount, t.principal,
           t.occurred_at
      FROM transactions t
     WHERE t.kind = 1
       AND t.window_id IN (SELECT w.id FROM windows w JOIN here ON w.network_id = here.network_id AND w.ordinal IN (here.ordinal, here.ordinal - 1))
), pairs AS (
    SELECT first.id AS first_id, first.office_id AS first_office_id, first.occurred_at AS first_occurred_at,
           second.id AS second_id, second.office_id AS second_office_id, second.occurred_at AS second_occurred_at,
           second.sender_id, second.reference, second.service_id, second.amount, second.principal
      FROM near second
      JOIN near first USING (sender_id, reference, service_id, amount, principal)
      JOIN batches first_batch ON first_batch.id = first.batch_id
      JOIN batches second_batch ON second_batch.id = second.batch_id
     WHERE second.window_id = $1 AND first.office_id <> second.office_id AND (second.id, first.id) > ($2, $3)
       AND (first.window_id <> second.window_id OR (first_batch.booked_at, first.id) < (second_batch.booked_at, second.id))
     ORDER BY second.id, first.id
     LIMIT $4
)
SELECT p.first_id, f.code AS first_office, p.first_occurred_at, p.second_id, s.code AS second_office, p.second_occurred_at,
       o.code AS sender, p.reference, v.code AS service, p.amount, p.principal
  FROM pairs p
  JOIN offices f ON f.id = p.first_office_id
  JOIN offices s ON s.id = p.second_office_id
  JOIN originators o ON o.id = p.sender_id
  JOIN services v ON v.id = p.service_id
 ORDER BY p.second_id, p.first_id
