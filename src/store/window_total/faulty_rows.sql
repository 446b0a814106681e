-- The transactions and batches of window $1 that do not add up, at most $2: which rule each breaks, and its id.
-- Asked only when `proof.sql` found that there are some.
WITH faulty AS (
    SELECT t.batch_id * 16384 + t.line AS id,
           CASE WHEN a.id IS NULL THEN 'a_transaction_has_its_allocation'
                WHEN a.total <> t.amount THEN 'an_amount_is_that_of_its_allocation'
                WHEN v.id IS NULL OR v.network_id <> t.network_id OR v.service_id <> t.service_id THEN 'a_transaction_has_its_tariff'
                WHEN b.id IS NULL OR b.licence_id <> t.licence_id OR b.office_id <> t.office_id THEN 'a_transaction_has_its_binding'
                WHEN l.id IS NULL OR l.network_id <> t.network_id OR l.office_id <> t.office_id THEN 'a_transaction_has_its_licence'
                WHEN s.id IS NULL THEN 'a_transaction_has_its_service'
                WHEN o.id IS NULL THEN 'a_transaction_has_its_office'
                WHEN t.network_id <> w.network_id THEN 'a_transaction_is_of_its_windows_network'
                WHEN batch.id IS NULL THEN 'a_transaction_has_its_batch' END AS rule
      FROM transactions t
     CROSS JOIN (SELECT network_id FROM windows WHERE id = $1) w
      LEFT JOIN batches batch ON batch.id = t.batch_id AND batch.window_id = t.window_id
      LEFT JOIN allocations a ON a.id = t.allocation_id
      LEFT JOIN tariff_versions v ON v.id = a.tariff_version_id
      LEFT JOIN bindings b ON b.id = t.binding_id
      LEFT JOIN licences l ON l.id = t.licence_id
      LEFT JOIN services s ON s.id = t.service_id
      LEFT JOIN offices o ON o.id = t.office_id
     WHERE t.window_id = $1
), counted AS (
    SELECT batch_id, count(*) AS items, max(line) - min(line) + 1 AS lines,
           sum(CASE WHEN kind IN (2, 3) THEN -amount ELSE amount END) AS amount_sum,
           sum(CASE WHEN kind IN (2, 3) THEN -principal ELSE principal END) AS principal_sum
      FROM transactions WHERE window_id = $1 GROUP BY batch_id
), faulty_batches AS (
    SELECT b.id,
           CASE WHEN c.batch_id IS NULL THEN 'a_batch_has_its_rows'
                WHEN b.row_count <> c.items OR c.lines <> c.items THEN 'a_batch_counts_its_rows'
                WHEN b.amount_sum <> c.amount_sum OR b.principal_sum <> c.principal_sum THEN 'a_batch_sums_its_rows' END AS rule
      FROM batches b LEFT JOIN counted c ON c.batch_id = b.id
     WHERE b.window_id = $1
)
SELECT rule, 'transaction ' || id AS row FROM faulty WHERE rule IS NOT NULL
UNION ALL
SELECT rule, 'batch ' || id FROM faulty_batches WHERE rule IS NOT NULL
 ORDER BY rule, row
 LIMIT $2
