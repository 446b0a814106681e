-- What sealing proves of window $1, in one pass: how many transactions lack something they refer to, what does not agree
-- with it, and whether the batches count and sum what is there.
WITH per_batch AS (
    SELECT t.batch_id, count(*) AS items,
           sum(CASE WHEN t.kind IN (2, 3) THEN -t.amount ELSE t.amount END) AS amount_sum,
           sum(CASE WHEN t.kind IN (2, 3) THEN -t.principal ELSE t.principal END) AS principal_sum,
           sum(CASE WHEN t.kind IN (2, 3) THEN -a.total ELSE a.total END) AS allocated_sum,
           max(t.line) - min(t.line) + 1 AS lines,
           min(v.unit_id) AS unit_least, max(v.unit_id) AS unit_most,
           count(*) FILTER (WHERE a.id IS NULL) AS without_allocation,
           count(*) FILTER (WHERE a.total <> t.amount) AS amount_differs,
           count(*) FILTER (WHERE v.id IS NULL OR v.network_id <> t.network_id OR v.service_id <> t.service_id) AS without_tariff,
           count(*) FILTER (WHERE b.id IS NULL OR b.licence_id <> t.licence_id OR b.office_id <> t.office_id) AS without_binding,
           count(*) FILTER (WHERE l.id IS NULL OR l.network_id <> t.network_id OR l.office_id <> t.office_id) AS without_licence,
           count(*) FILTER (WHERE s.id IS NULL) AS without_service,
           count(*) FILTER (WHERE o.id IS NULL) AS without_office,
           count(*) FILTER (WHERE t.network_id <> (SELECT network_id FROM windows WHERE id = $1)) AS of_another_network
      FROM transactions t
      LEFT JOIN allocations a ON a.id = t.allocation_id
      LEFT JOIN tariff_versions v ON v.id = a.tariff_version_id
      LEFT JOIN bindings b ON b.id = t.binding_id
      LEFT JOIN licences l ON l.id = t.licence_id
      LEFT JOIN services s ON s.id = t.service_id
      LEFT JOIN offices o ON o.id = t.office_id
     WHERE t.window_id = $1
     GROUP BY t.batch_id
)
SELECT coalesce(sum(p.items), 0)::bigint AS transaction_count,
       count(b.id) AS batch_count,
       coalesce(sum(p.amount_sum), 0)::bigint AS amount_sum,
       coalesce(sum(p.principal_sum), 0)::bigint AS principal_sum,
       coalesce(sum(p.allocated_sum), 0)::bigint AS allocated_sum,
       coalesce(sum(p.without_allocation), 0)::bigint AS without_allocation,
       coalesce(sum(p.amount_differs), 0)::bigint AS amount_differs,
       coalesce(sum(p.without_tariff), 0)::bigint AS without_tariff,
       coalesce(sum(p.without_binding), 0)::bigint AS without_binding,
       coalesce(sum(p.without_licence), 0)::bigint AS without_licence,
       coalesce(sum(p.without_service), 0)::bigint AS without_service,
       coalesce(sum(p.without_office), 0)::bigint AS without_office,
       coalesce(sum(p.of_another_network), 0)::bigint AS of_another_network,
       coalesce(sum(p.items) FILTER (WHERE b.id IS NULL), 0)::bigint AS without_batch,
       count(*) FILTER (WHERE p.batch_id IS NULL) AS batches_without_rows,
       count(*) FILTER (WHERE b.row_count <> p.items OR p.lines <> p.items) AS batch_counts_differ,
       count(*) FILTER (WHERE b.amount_sum <> p.amount_sum OR b.principal_sum <> p.principal_sum) AS batch_sums_differ,
       count(*) FILTER (WHERE b.unit_id <> p.unit_least OR b.unit_id <> p.unit_most) AS batch_units_differ,
       count(*) FILTER (WHERE b.unit_id <> (SELECT n.unit_id FROM windows w JOIN networks n ON n.id = w.network_id WHERE w.id = $1))
           AS foreign_units
  FROM per_batch p
  FULL JOIN (SELECT id, unit_id, row_count, amount_sum, principal_sum FROM batches WHERE window_id = $1) b ON b.id = p.batch_id
